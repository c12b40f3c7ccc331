import type { Command as HostCommand } from '../model/command.ts';
import { writtenByCode } from './code-writes.ts';
import { isNoFile, onlyReads } from './only-reads.ts';
import { sqlChange } from './sql.ts';
import { type Command, commandOfWords, commandsOf } from './unwrap.ts';
import { changingVerb } from './verbs.ts';

/** Programs that change something unless `onlyReads` knows better. */
const always =
  /^(?:rm|rmdir|mv|cp|ln|mkdir|touch|chmod|chown|chgrp|chcon|tee|truncate|dd|rsync|tar|gzip|gunzip|bzip2|bunzip2|xz|unxz|lzma|unlzma|zstd|unzstd|lz4|wipefs|ip6?tables-restore|date|crontab|u?mount|curl|wget|install|unlink|shred|mknod|mkfifo|mkfs.*|setfacl|chattr|setsebool|setenforce|restorecon|fixfiles|useradd|userdel|usermod|groupadd|groupdel|groupmod|passwd|chpasswd|kill|pkill|killall|reboot|shutdown|poweroff|halt|logrotate|logger|aa-(?:enforce|complain|disable|teardown)|update-ca-trust|update-ca-certificates|ldconfig|depmod|modprobe|rmmod|insmod|grubby|selinux_check_access)$/;

/** Programs that change something with some of their options. */
const sometimes: readonly (readonly [program: RegExp, args: RegExp])[] = [
  [/^sed$/, /^(?:-[nrEsuzb]*[iI]|--i)/],
  [/^perl$/, /^-[0-9acflnpsStTuUwWX]*i/],
  [/^ruby$/, /^-[0-9aclnpsSwW]*i/],
  [/^[gm]?awk$/, /^(?:-i)?inplace$|^--include=inplace$/],
  [/^semanage$/, /^(?:-[adDm]|--add|--delete|--deleteall|--modify)$/],
  [/^semodule$/, /^-(?:[iruBedRD]|-(?:install|remove|upgrade|build|enable|disable))/],
  [/^rpm$/, /^-(?:[ieUF]|-(?:install|erase|upgrade|import))/],
  [/^dpkg$/, /^-(?:[irP]|-(?:install|remove|purge|configure))/],
  [/^nginx$/, /^-[tTs]/],
  [/^sysctl$/, /^(?:-w|-p|--write|--system|--load.*)$|^[a-z][\w./]*=/],
  [
    /^(?:ip6?tables)(?:-legacy|-nft)?$/,
    /^-(?:[ADIRFXZNPE]|-(?:append|delete|insert|replace|flush|zero|new-chain|policy))$/,
  ],
  [/^nft$/, /^(?:-[A-Za-z]*f|--file)/],
  [
    /^firewall-cmd$/,
    /^--(?:add|remove|set|reload|complete-reload|runtime-to-permanent|panic-o|lockdown-o|new|delete|change|load-|reset-to)/,
  ],
  [/^journalctl$/, /^--(?:vacuum|rotate|flush|relinquish)/],
  [/^find$/, /^-(?:delete|fprint.*|fls)$/],
  [/^hostnamectl$/, /^(?:set-|hostname$)/],
  [/^swapo(?:n|ff)$/, /^(?!--show|-s|--summary|--noheadings|--bytes|--raw)/],
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
  const file = writes.find((target) => !isNoFile(target));
  if (file !== undefined) return `this writes the file ${file}`;
  if (onlyReads(program, args)) return undefined;
  if (always.test(program)) return `\`${program}\` changes the host`;
  const statement = sqlChange(command);
  if (statement !== undefined) return `\`${program}\` changes a database: ${statement}`;
  const target = writtenByCode(program, args);
  if (target !== undefined) return `\`${program}\` writes the file ${target}`;
  const verb = changingVerb(program, args);
  if (verb !== undefined) return `\`${program} ${verb}\` changes the host`;
  const found = sometimes.find(([name, word]) => name.test(program) && args.some((arg) => word.test(arg)));
  const word = found === undefined ? undefined : args.find((arg) => found[1].test(arg));
  return word === undefined ? undefined : `\`${program} ${word}\` changes the host`;
}
