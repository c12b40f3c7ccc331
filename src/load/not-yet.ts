import type { Context } from './context.ts';
import type { Path } from './parse-yaml.ts';

const meanwhile: Readonly<Record<string, string>> = {
  run_once: 'run it with -l on one host',
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
    report.at(at, 'runbook/not-yet', `\`${key}\` is not built yet in this version`, {
      part: 'key',
      help: meanwhile[key],
    });
  }
}
