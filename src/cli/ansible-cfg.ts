import { existsSync, readFileSync } from 'node:fs';
import type { Io } from './io.ts';

const ours: readonly (readonly [RegExp, string])[] = [
  [/^\s*inventory\s*=/m, 'inventory (-i)'],
  [/^\s*remote_user\s*=/m, 'remote_user (-u)'],
  [/^\s*host_key_checking\s*=\s*False/im, 'host_key_checking (host keys stay strict; --host-key accept-new)'],
];

/** `./ansible.cfg` is not read; one line names our flags for what it sets. */
export function warnOfAnsibleCfg(io: Io): void {
  if (!existsSync('ansible.cfg')) return;
  const text = readFileSync('ansible.cfg', 'utf8').slice(0, 100_000);
  const set = ours.flatMap(([pattern, name]) => (pattern.test(text) ? [name] : []));
  if (set.length > 0) io.stderr.write(`note: ./ansible.cfg is not read; it sets ${set.join(', ')}\n`);
}
