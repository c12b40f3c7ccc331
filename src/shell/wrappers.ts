/** Commands that hand their arguments on to another one: letters of the options with a value, and how many words come first. */
const wrappers: Readonly<Record<string, readonly [options: string, operands: number]>> = {
  env: ['uC', 0],
  sudo: ['ughpCTRDrtU', 0],
  doas: ['uC', 0],
  nsenter: ['tSG', 0],
  unshare: ['SG', 0],
  chroot: ['', 1],
  timeout: ['sk', 1],
  time: ['fo', 0],
  nohup: ['', 0],
  flock: ['wE', 1],
  xargs: ['InPLdsEa', 0],
  command: ['', 0],
  builtin: ['', 0],
  exec: ['a', 0],
  nice: ['n', 0],
  ionice: ['cnp', 0],
  setsid: ['', 0],
  coproc: ['', 0],
  function: ['', 0],
  stdbuf: ['ioe', 0],
  strace: ['eopuPs', 0],
  'systemd-run': ['uptH', 0],
  busybox: ['', 0],
};

/** The words of a command line, programs without their folders. */
export function baseNames(words: readonly string[]): readonly string[] {
  return words.map((word) => word.replace(/^.*\//, ''));
}

/** Where the command itself stands, behind `sudo -u x` and the like; at the end when it is still to come. */
export function commandIndex(names: readonly string[]): number {
  let index = 0;
  for (let name = names[0]; name !== undefined && Object.hasOwn(wrappers, name); name = names[index]) {
    // It only asks whether there is such a command.
    if (name === 'command' && /^-[pvV]*[vV]$/.test(names[index + 1] ?? '')) return index;
    const [options, operands] = wrappers[name] ?? ['', 0];
    index += 1;
    for (let word = names[index]; word !== undefined && /^-|^\w+=/.test(word); word = names[index]) {
      index += /^-[A-Za-z]$/.test(word) && options.includes(word.charAt(1)) ? 2 : 1;
      if (word === '--') break;
    }
    index += operands;
  }
  return index;
}

/** Whether a program, without its folder, is a shell. */
export function isShell(name: string): boolean {
  return /^(?:sh|bash|dash|ash|ksh|zsh)$/.test(name);
}

/** Of the words behind a shell's name, the place of what `-c` gives it to run, maybe still to come; `undefined`: no `-c`. */
export function shellCodeIndex(rest: readonly string[]): number | undefined {
  const option = rest.findIndex((word) => /^-[A-Za-z]*c/.test(word));
  if (option === -1) return undefined;
  let index = option;
  for (let word = rest[index]; word !== undefined && /^[-+]/.test(word); word = rest[index]) {
    index += /^[-+][A-Za-z]*[oO]$/.test(word) ? 2 : 1;
    if (word === '--') break;
  }
  return Math.min(index, rest.length);
}
