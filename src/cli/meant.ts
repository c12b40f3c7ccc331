import type { Command } from 'commander';

/** Flags an Ansible user types that mean something else here, or nothing. */
const otherFlags: ReadonlyMap<string, string> = new Map([
  ['--ssh-common-args', 'put ssh options into ~/.ssh/config'],
  ['--ssh-extra-args', 'put ssh options into ~/.ssh/config'],
  ['--force-handlers', 'there are no handlers: nginx.current or service.fresh stand last in the same fix'],
  ['--flush-cache', 'there is no fact cache: probes look every time'],
  ['-m', 'there is no ad-hoc module; mendgate hosts --ping looks whether hosts answer'],
  ['--module-name', 'there is no ad-hoc module; mendgate hosts --ping looks whether hosts answer'],
]);

/** What somebody who knows Ansible probably meant, as one line; `undefined` when the arguments may be what they seem. */
export function meant(args: readonly string[], program: Command): string | undefined {
  const known = new Set(program.commands.map((command) => command.name()));
  const [first] = args;
  if (first !== undefined && !known.has(first) && /\.ya?ml$/.test(first)) {
    return `which command? To run it, type: mendgate run ${args.join(' ')}`;
  }
  if (first === 'apply' && args.some((arg) => /\.ya?ml$/.test(arg)) && !args.some((arg) => arg.endsWith('.json'))) {
    return `apply takes a saved plan. To run a runbook, type: mendgate run ${args.slice(1).join(' ')}`;
  }
  const ofRuns = program.commands.find((command) => command.name() === 'runs')?.commands ?? [];
  if (first !== undefined && !known.has(first) && ofRuns.some((command) => command.name() === first)) {
    return `${first} is a command of runs: mendgate runs ${args.join(' ')}`;
  }
  for (const arg of args) {
    const flag = arg.split('=')[0] ?? arg;
    const answer = otherFlags.get(flag);
    if (answer !== undefined) return `${flag}: ${answer}`;
  }
  return undefined;
}
