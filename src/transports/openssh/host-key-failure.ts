import type { HostFailure } from '../../model/host-failure.ts';
import { changedKeyHelp } from '../ssh/host-keys.ts';
import { failure } from './words.ts';

/**
 * Why the key of a host, or of a bastion, was not trusted; `undefined`: it was. `shown`: the key, where ssh tells it. `login`:
 * the command by which somebody would log in there once.
 */
export function hostKeyFailure(
  said: readonly string[],
  shown: { readonly type: string; readonly fingerprint: string } | undefined,
  login: string,
): HostFailure | undefined {
  const text = said.join('\n');
  const [fingerprint] = /^SHA256:[A-Za-z0-9+/]{43}/m.exec(text) ?? [];
  const shownHere = shown === undefined ? fingerprint : `${shown.type} ${shown.fingerprint}`;
  const key = shownHere === undefined ? '' : `: ${shownHere}`;
  const revokedBy = /^Host key \S+ \S+ revoked by file (.*)$/m.exec(text)?.[1];
  if (revokedBy !== undefined || /REVOKED HOST KEY/.test(text)) {
    const where = revokedBy === undefined ? '' : ` (${revokedBy})`;
    const help = 'do not connect: someone may have the stolen key';
    return failure('host_key', `the host shows a revoked key${key}${where}`, help);
  }
  if (/HOST IDENTIFICATION HAS CHANGED/.test(text)) {
    const [, known, file] = /^Offending .* key in ((.*):\d+)$/m.exec(text) ?? [];
    const name = /^Host key for (\S+) has changed/m.exec(text)?.[1];
    return failure(
      'host_key',
      `the host key has changed${shownHere === undefined ? '' : `: it shows ${shownHere}`}${known === undefined ? '' : `, another is known (${known})`}`,
      name === undefined || file === undefined ? 'someone may be listening in' : changedKeyHelp(name, file),
    );
  }
  if (/host key is known for .* requested strict/.test(text)) {
    const help = `compare it with the host's console, then log in once: ${login}`;
    return failure('host_key', `the host key is not known${key}`, help);
  }
  if (/Host key verification failed|[Cc]ertificate invalid/.test(text)) {
    const why = said.find((line) => /ertificate/.test(line));
    return failure('host_key', `the host key is refused${key}${why === undefined ? '' : `: ${why}`}`);
  }
  return undefined;
}
