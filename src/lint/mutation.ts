import type { Command as HostCommand } from '../model/command.ts';
import { sqlChange } from './sql.ts';
import { type Command, commandOfWords, commandsOf } from './unwrap.ts';

/** Programs that change something whatever their arguments are. */
const always =
  /^(?:rm|rmdir|mv|cp|ln|mkdir|touch|chmod|chown|chgrp|chcon|tee|truncate|dd|install|unlink|shred|mknod|mkfifo|mkfs.*|setfacl|chattr|setsebool|setenforce|restorecon|fixfiles|useradd|userdel|usermod|groupadd|groupdel|groupmod|passwd|chpasswd|kill|pkill|killall|reboot|shutdown|poweroff|halt|logrotate|logger|aa-(?:enforce|complain|disable|teardown)|update-ca-trust|update-ca-certificates|ldconfig|depmod|modprobe|rmmod|insmod|grubby|selinux_check_access)$/;

/** Programs that change something with some of their arguments. */
const sometimes: readonly (readonly [program: RegExp, args: RegExp])[] = [
  [/^sed$/, /^(?:-[nrEsuzb]*[iI]|--i)/],
  [/^perl$/, /^-[0-9acflnpsStTuUwWX]*i/],
  [/^ruby$/, /^-[0-9aclnpsSwW]*i/],
  [/^[gm]?awk$/, /^(?:-i)?inplace$|^--include=inplace$/],
  [
    /^systemctl$/,
    /^(?:start|stop|restart|try-restart|condrestart|reload|force-reload|reload-or-restart|(?:try-reload|reload)-or-(?:try-)?restart|enable|reenable|disable|mask|unmask|link|add-(?:wants|requires)|daemon-reload|daemon-reexec|reset-failed|kill|clean|freeze|thaw|bind|mount-image|isolate|set-default|edit|set-property|revert|preset|preset-all|(?:un)?set-environment|import-environment|rescue|emergency|halt|poweroff|reboot|soft-reboot|kexec|switch-root|suspend|hibernate|hybrid-sleep|suspend-then-hibernate)$/,
  ],
  [/^(?:service|rc-service|invoke-rc\.d)$/, /^(?:start|stop|restart|try-restart|condrestart|reload|force-reload)$/],
  [/^semanage$/, /^(?:-[adDm]|--add|--delete|--deleteall|--modify|import)$/],
  [/^semodule$/, /^-(?:[iruBedRD]|-(?:install|remove|upgrade|build|enable|disable))/],
  [
    /^(?:dnf|yum|microdnf|zypper|apk)$/,
    /^(?:install|remove|erase|update|upgrade|downgrade|reinstall|autoremove|in|rm|up|add|del|makecache|clean)$/,
  ],
  [/^apt(?:-get)?$/, /^(?:install|remove|purge|update|upgrade|dist-upgrade|full-upgrade|autoremove|clean)$/],
  [/^rpm$/, /^-(?:[ieUF]|-(?:install|erase|upgrade|import))/],
  [/^dpkg$/, /^-(?:[irP]|-(?:install|remove|purge|configure))/],
  [/^nginx$/, /^-[tTs]/],
  [/^sysctl$/, /^(?:-w|-p|--write|--system|--load.*)$|^[a-z][\w./]*=/],
  [/^ip$/, /^(?:add|del|delete|set|flush|replace|change)$/],
  [
    /^(?:ip6?tables)(?:-legacy|-nft)?$/,
    /^-(?:[ADIRFXZNPE]|-(?:append|delete|insert|replace|flush|zero|new-chain|policy))$/,
  ],
  [/^nft$/, /^(?:add|delete|flush|insert|replace|create)$/],
  [/^firewall-cmd$/, /^--(?:add|remove|set|reload|complete-reload|runtime-to-permanent|permanent|panic-on|new)/],
  [/^journalctl$/, /^--(?:vacuum|rotate|flush|relinquish)/],
  [/^crontab$/, /^-[er]|^[^-]/],
  [/^curl$/, /^(?:-[A-Za-z]*[dFToO]|--data.*|--form|--upload-file|--output|--remote-name|-X.*|--request.*)$/],
  [/^wget$/, /^(?!(?:-[A-Za-z]*q?O-|-O|--spider|-S|--server-response)$)/],
  [/^find$/, /^-(?:delete|fprint.*|fls)$/],
  [/^timedatectl$/, /^set-/],
  [/^hostnamectl$/, /^(?:set-|hostname$)/],
  [/^swapo(?:n|ff)$/, /^(?!--show|-s|--summary|--noheadings|--bytes|--raw)/],
  [/^u?mount$/, /^-|^\//],
  [/^git$/, /^(?:pull|fetch|checkout|reset|clean|commit|merge|clone)$/],
  [
    /^(?:docker|podman)$/,
    /^(?:run|start|stop|restart|rm|rmi|kill|exec|pull|build|prune|cp|create|pause|unpause|update)$/,
  ],
  [/^chronyc$/, /^(?:makestep|burst|online|offline|add|delete|settime)$/],
  [/^auditctl$/, /^-[eDaAdwWRrbf]$/],
];

/** In words, what a command is known to change on the host that it runs on; `undefined`: nothing is known. */
export function knownMutation(command: HostCommand): string | undefined {
  const commands = 'argv' in command ? commandOfWords(command.argv) : commandsOf(command.script);
  return commands.map(mutation).find((what) => what !== undefined);
}

/** The same of one command inside. */
export function mutation(command: Command): string | undefined {
  const { argv, writes } = command;
  const [program = '', ...args] = argv;
  const file = writes.find((target) => !/^(?:\/dev\/(?:null|stdout|stderr|tty|fd\/.*)|&.*|\d)$/.test(target));
  if (file !== undefined) return `this writes the file ${file}`;
  if (isDryRun(program, args)) return undefined;
  if (always.test(program)) return `\`${program}\` changes the host`;
  const statement = sqlChange(command);
  if (statement !== undefined) return `\`${program}\` changes a database: ${statement}`;
  const found = sometimes.find(([name, word]) => name.test(program) && args.some((arg) => word.test(arg)));
  const word = found === undefined ? undefined : args.find((arg) => found[1].test(arg));
  return word === undefined ? undefined : `\`${program} ${word}\` changes the host`;
}

/** Options by which a program only says what it would do. */
function isDryRun(program: string, args: readonly string[]): boolean {
  if (/^kill$/.test(program)) return args.includes('-0') || args.includes('-l');
  if (/^(?:restorecon|matchpathcon)$/.test(program)) return args.some((arg) => /^-[A-Za-z]*n/.test(arg));
  if (/^logrotate$/.test(program)) return args.some((arg) => /^(?:-d|--debug)$/.test(arg));
  if (program === 'ldconfig') return args.includes('-p') || args.includes('-N');
  if (program === 'modprobe') return args.some((arg) => /^(?:-n|--dry-run|--show-depends|-c|--showconfig)$/.test(arg));
  if (program === 'passwd') return args.includes('-S') || args.includes('--status');
  if (program === 'grubby') return args.some((arg) => /^--(?:info|default-)/.test(arg));
  if (/^(?:fixfiles)$/.test(program)) return args.includes('check') || args.includes('verify');
  if (program === 'rpm') return args.some((arg) => /^-[A-Za-z]*q|^--query|^-[A-Za-z]*V|^-E$|^--eval/.test(arg));
  if (/^(?:apt|apt-get|dnf|yum)$/.test(program)) return args.some((arg) => /^(?:-s|--simulate|--assumeno)$/.test(arg));
  if (program === 'curl') return curlOnlyReads(args);
  if (program === 'chpasswd' || program === 'dd') return false;
  return args.some((arg) => /^--(?:dry-run|help|version)$/.test(arg));
}

function curlOnlyReads(args: readonly string[]): boolean {
  return args.every((arg, at) => {
    const next = args[at + 1] ?? '';
    if (/^(?:-X|--request)$/.test(arg)) return /^(?:GET|HEAD|OPTIONS)$/.test(next);
    if (/^(?:-X|--request=)/.test(arg)) return /(?:GET|HEAD|OPTIONS)$/.test(arg);
    if (/^(?:-[A-Za-z]*o|--output)$/.test(arg)) return /^(?:\/dev\/null|-)$/.test(next);
    return !/^(?:-[A-Za-z]*[dFTO]|--data.*|--form|--upload-file|--remote-name)$/.test(arg);
  });
}
