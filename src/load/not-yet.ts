import type { Context } from './context.ts';
import type { Path } from './parse-yaml.ts';

const meanwhile: Readonly<Record<string, string>> = {
  delegate_to: 'run a runbook of its own on that host',
};

/** What to do instead of a key that this version does not carry out; `undefined`: it does. */
export function notBuilt(key: string): string | undefined {
  return Object.hasOwn(meanwhile, key) ? meanwhile[key] : undefined;
}

/** Keys that the language has and this version does not carry out: an error beats silence. */
export function notYet(
  { report }: Context,
  raw: Readonly<Record<string, unknown>>,
  path: Path,
  keys: readonly string[],
): void {
  for (const key of keys) {
    if (raw[key] === undefined) continue;
    const at = [...path, key];
    if (key === 'delegate_to' && raw[key] === 'localhost') {
      const help = 'name a host of the inventory; notifications are --notify';
      report.at(at, 'ansible/localhost', 'there is no implicit localhost to delegate to', { part: 'key', help });
      continue;
    }
    report.at(at, 'runbook/not-yet', `\`${key}\` is not built yet in this version`, {
      part: 'key',
      help: meanwhile[key],
    });
  }
}
