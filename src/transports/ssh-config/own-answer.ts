import { type Applying, expandHostName } from './applying.ts';
import type { Options } from './interpret.ts';
import type { SshTarget } from './ssh-config.ts';

const severalLines: ReadonlySet<string> = new Set(['identityfile', 'certificatefile']);

/**
 * What `ssh -G` would print of the options that are said, for machines without an ssh program. Options under conditions
 * that only OpenSSH can decide are left out, and named in `undecided`.
 */
export function ownAnswer(
  found: Applying,
  target: SshTarget,
): { readonly options: Options; readonly undecided: readonly string[] } {
  const options = new Map<string, string[]>();
  const undecided = new Set<string>();
  for (const { keyword, words, truth } of found.directives) {
    const known = options.get(keyword);
    const value = words.join(' ');
    if (truth === 'unsure' || keyword === 'include') undecided.add(keyword);
    else if (known === undefined) options.set(keyword, [value]);
    else if (severalLines.has(keyword) && !known.includes(value)) known.push(value);
  }
  // The command line is said before any file.
  if (target.user !== undefined) options.set('user', [target.user]);
  if (target.port !== undefined) options.set('port', [String(target.port)]);
  const hostName = options.get('hostname')?.[0];
  if (hostName !== undefined) options.set('hostname', [expandHostName(hostName, target.address)]);
  // Of the two ways through another machine the one that is said first counts.
  const first = found.directives.find(
    ({ keyword, truth }) => truth === 'yes' && (keyword === 'proxyjump' || keyword === 'proxycommand'),
  );
  if (first !== undefined) options.delete(first.keyword === 'proxyjump' ? 'proxycommand' : 'proxyjump');
  return { options, undecided: [...undecided] };
}
