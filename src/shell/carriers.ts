/** Options of a program whose value may be the next word. */
export interface ValuedOptions {
  /** Their letters. */
  readonly short?: string;
  /** The long ones, without `--`. */
  readonly long?: readonly string[];
}

/** A command that runs the one behind it: `sudo -u x CMD`. */
interface Carrier extends ValuedOptions {
  /** Words that come between its options and the command. */
  readonly operands?: number;
  /** With this option it takes shell text, and carries no words. */
  readonly text?: RegExp;
  /** Only with this option it takes words. */
  readonly needs?: RegExp;
}

const dashC = /^(?:-[A-Za-z]*c|--(?:session-)?command)/;

/** From the manual pages of sudo, opendoas, coreutils, util-linux, findutils, policycoreutils, systemd and bash. */
const carriers: Readonly<Record<string, Carrier>> = {
  sudo: {
    short: 'ughpCTRDrtU',
    long: ['user', 'group', 'host', 'prompt', 'close-from', 'command-timeout', 'chroot', 'chdir', 'role', 'type'],
  },
  doas: { short: 'uC' },
  pkexec: { long: ['user'] },
  runuser: {
    short: 'ugGsw',
    long: ['user', 'group', 'supp-group', 'shell', 'whitelist-environment'],
    needs: /^(?:-[A-Za-z]*u|--user)/,
  },
  setpriv: {
    long: [
      'reuid',
      'ruid',
      'euid',
      'regid',
      'rgid',
      'egid',
      'groups',
      'inh-caps',
      'ambient-caps',
      'bounding-set',
      'securebits',
      'pdeathsig',
      'selinux-label',
      'apparmor-profile',
    ],
  },
  runcon: { short: 'urtl', long: ['user', 'role', 'type', 'range'] },
  env: { short: 'uC', long: ['unset', 'chdir'], text: /^(?:-[A-Za-z]*S|--split-string)/ },
  timeout: { short: 'sk', long: ['signal', 'kill-after'], operands: 1 },
  time: { short: 'fo', long: ['format', 'output'] },
  nice: { short: 'n', long: ['adjustment'] },
  ionice: { short: 'cnp', long: ['class', 'classdata'] },
  chrt: { short: 'TPD', operands: 1 },
  taskset: { operands: 1 },
  nohup: {},
  setsid: {},
  stdbuf: { short: 'ioe', long: ['input', 'output', 'error'] },
  strace: { short: 'eopuPs' },
  chroot: { long: ['userspec', 'groups'], operands: 1 },
  nsenter: { short: 'tSG', long: ['target', 'setuid', 'setgid'] },
  unshare: { short: 'SGRw', long: ['setuid', 'setgid', 'root', 'wd'] },
  flock: { short: 'wE', long: ['wait', 'timeout', 'conflict-exit-code'], operands: 1, text: dashC },
  xargs: {
    short: 'InPLdsEa',
    long: ['max-args', 'max-procs', 'max-chars', 'delimiter', 'arg-file', 'process-slot-var'],
  },
  'systemd-run': {
    short: 'upEHM',
    long: [
      'unit',
      'property',
      'setenv',
      'host',
      'machine',
      'description',
      'slice',
      'uid',
      'gid',
      'nice',
      'working-directory',
      'service-type',
      'on-active',
      'on-boot',
      'on-startup',
      'on-unit-active',
      'on-unit-inactive',
      'on-calendar',
      'timer-property',
    ],
  },
  'systemd-inhibit': { long: ['what', 'who', 'why', 'mode'] },
  busybox: {},
  exec: { short: 'a' },
  command: {},
  builtin: {},
  coproc: {},
  function: {},
};

/**
 * Where, among the words of a command line, the command itself stands that others carry; at their end, or behind it, when it
 * is still to come. What takes shell text (`env -S`, `flock FILE -c`) is itself the command.
 */
export function behindCarriers(words: readonly string[]): number {
  let at = 0;
  for (let carrier = carrierAt(words, 0); carrier !== undefined; carrier = carrierAt(words, at)) {
    // It only asks whether there is such a command.
    if (programName(words[at] ?? '') === 'command' && /^-[pvV]*[vV]$/.test(words[at + 1] ?? '')) return at;
    const behind = behindOptions(carrier, words, at + 1);
    if (behind === undefined) return at;
    at = behind;
  }
  return at;
}

/** A program's name without its folder; an assignment stays whole. */
export function programName(word: string): string {
  return word.replace(/^[^=]*\//, '');
}

/** The words of a command line, programs without their folders. */
export function baseNames(words: readonly string[]): readonly string[] {
  return words.map(programName);
}

function carrierAt(words: readonly string[], at: number): Carrier | undefined {
  const name = programName(words[at] ?? '');
  return Object.hasOwn(carriers, name) ? carriers[name] : undefined;
}

function behindOptions(carrier: Carrier, words: readonly string[], from: number): number | undefined {
  let at = from;
  let takesWords = carrier.needs === undefined;
  for (let word = words[at]; word !== undefined && /^-|^\w+=/.test(word); word = words[at]) {
    if (carrier.text?.test(word)) return undefined;
    takesWords ||= carrier.needs?.test(word) === true;
    at += takesNext(carrier, word) ? 2 : 1;
    if (word === '--') break;
  }
  at += carrier.operands ?? 0;
  return takesWords && !carrier.text?.test(words[at] ?? '') ? at : undefined;
}

/** Whether an option's value is the next word: `-u root`, `-nu root`, `--user root`; not `-uroot`, `--user=root`. */
export function takesNext({ short = '', long = [] }: ValuedOptions, option: string): boolean {
  if (option.startsWith('--')) return long.includes(option.slice(2));
  const first = [...option].findIndex((letter, index) => index > 0 && short.includes(letter));
  return first !== -1 && first === option.length - 1;
}
