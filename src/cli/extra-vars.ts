import { UsageError } from './exit.ts';

/** `-e NAME=VALUE`: a param's name and its text. */
export function extraVars(given: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    given.map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1) throw new UsageError(`-e ${pair}: expected NAME=VALUE`);
      return [pair.slice(0, at), pair.slice(at + 1)] as const;
    }),
  );
}
