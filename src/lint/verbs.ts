import type { ValuedOptions } from '../shell/carriers.ts';
import { operands } from './option-words.ts';

/** A program whose first word that is no option says what it does. */
interface VerbProgram extends ValuedOptions {
  /** The verbs that change something. */
  readonly changes: RegExp;
  /** Words behind which the verb is still to come: `docker compose up`. */
  readonly groups?: RegExp;
  /** The word before the verb may be any: `service NAME restart`, `ip link set`. */
  readonly behindName?: true;
}

const packages: ValuedOptions = {
  short: 'cxdeRrpPt',
  long: [
    'config',
    'exclude',
    'enablerepo',
    'disablerepo',
    'repo',
    'repoid',
    'setopt',
    'releasever',
    'installroot',
    'option',
  ],
};

/** From their manual pages. */
const programs: readonly (readonly [program: RegExp, verbs: VerbProgram])[] = [
  [
    /^systemctl$/,
    {
      short: 'HMtpPsno',
      long: [
        'host',
        'machine',
        'type',
        'property',
        'state',
        'signal',
        'kill-whom',
        'lines',
        'output',
        'root',
        'job-mode',
      ],
      changes:
        /^(?:start|stop|restart|try-restart|condrestart|reload|force-reload|reload-or-restart|(?:try-reload|reload)-or-(?:try-)?restart|enable|reenable|disable|mask|unmask|link|add-(?:wants|requires)|daemon-reload|daemon-reexec|reset-failed|kill|clean|freeze|thaw|bind|mount-image|isolate|set-default|edit|set-property|revert|preset|preset-all|(?:un)?set-environment|import-environment|rescue|emergency|halt|poweroff|reboot|soft-reboot|kexec|switch-root|suspend|hibernate|hybrid-sleep|suspend-then-hibernate)$/,
    },
  ],
  [
    /^(?:service|rc-service|invoke-rc\.d)$/,
    { behindName: true, changes: /^(?:start|stop|restart|try-restart|condrestart|reload|force-reload|zap)$/ },
  ],
  [/^semanage$/, { changes: /^import$/ }],
  [
    /^(?:dnf|yum|microdnf|zypper|apk)$/,
    {
      ...packages,
      groups: /^(?:group|groups|module|versionlock)$/,
      changes:
        /^(?:install|remove|erase|update|upgrade|dup|patch|downgrade|reinstall|autoremove|distro-sync|swap|mark|in|rm|up|add|del|delete|fix|ref|refresh|makecache|clean|enable|disable|reset|group(?:install|remove|update)|localinstall|config-manager)$/,
    },
  ],
  [
    /^(?:apt|apt-get|aptitude)$/,
    {
      short: 'cot',
      long: ['config-file', 'option', 'target-release'],
      changes:
        /^(?:install|reinstall|remove|purge|update|upgrade|safe-upgrade|dist-upgrade|full-upgrade|build-dep|autoremove|clean|autoclean)$/,
    },
  ],
  [
    /^(?:pip|pipx)[0-9.]*$/,
    { long: ['python', 'proxy', 'log'], changes: /^(?:install|uninstall|upgrade|inject|wheel|download)$/ },
  ],
  [
    /^ip$/,
    {
      short: 'nbf',
      long: ['netns', 'batch', 'family'],
      behindName: true,
      changes: /^(?:a|add|append|d|del|delete|set|flush|replace|change|chg)$/,
    },
  ],
  [/^nft$/, { changes: /^(?:add|delete|destroy|flush|insert|replace|create|rename|reset)$/ }],
  [/^timedatectl$/, { changes: /^set-/ }],
  [
    /^git$/,
    {
      short: 'Cc',
      long: ['git-dir', 'work-tree'],
      changes:
        /^(?:pull|fetch|checkout|switch|restore|reset|clean|commit|merge|rebase|clone|init|push|apply|am|rm|mv|add|gc)$/,
    },
  ],
  [
    /^(?:docker|podman)$/,
    {
      short: 'Hlcfp',
      long: [
        'host',
        'log-level',
        'context',
        'config',
        'file',
        'project-name',
        'project-directory',
        'profile',
        'env-file',
      ],
      groups: /^(?:compose|container|image|volume|network|system|builder|buildx|service|stack|swarm|secret|pod)$/,
      changes:
        /^(?:run|start|stop|restart|rm|rmi|kill|exec|pull|push|build|prune|cp|create|pause|unpause|update|up|down|remove|rename|tag|load|import|commit|connect|disconnect|deploy|scale|init|join|leave|rollback)$/,
    },
  ],
  [
    /^kubectl$/,
    {
      short: 'ns',
      long: ['namespace', 'context', 'kubeconfig', 'cluster', 'server', 'user', 'token'],
      groups: /^rollout$/,
      changes:
        /^(?:delete|apply|create|patch|replace|scale|restart|undo|pause|resume|exec|cp|drain|cordon|uncordon|taint|label|annotate|edit|set|run|expose|autoscale|debug)$/,
    },
  ],
  [
    /^helm$/,
    {
      short: 'n',
      long: ['namespace', 'kube-context', 'kubeconfig'],
      changes: /^(?:install|upgrade|uninstall|delete|rollback)$/,
    },
  ],
  [/^chronyc$/, { short: 'hp', changes: /^(?:makestep|burst|online|offline|add|delete|settime|shutdown)$/ }],
];

/** The verb of a command that is known to change something; a word elsewhere is only a name. */
export function changingVerb(program: string, args: readonly string[]): string | undefined {
  const verbs = programs.find(([name]) => name.test(program))?.[1];
  if (verbs === undefined) return undefined;
  const words = operands(args, verbs);
  const isBehind = verbs.behindName === true || verbs.groups?.test(words[0] ?? '') === true;
  const verb = words[isBehind ? 1 : 0] ?? '';
  return verbs.changes.test(verb) ? verb : undefined;
}
