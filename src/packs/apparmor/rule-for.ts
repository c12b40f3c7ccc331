import type { DenialRecord } from './denial-record.ts';

const versions: Readonly<Record<string, string>> = { inet: 'IPv4', inet6: 'IPv6' };

/** What one rule of `apparmor.local_rule` may name: no wildcard, no blank. */
const plainPath = /^\/[A-Za-z0-9._/+:=@-]{1,400}$/;

/**
 * The rule that would allow a denied TCP socket, or the use of a Unix socket's path, and what it opens. Only for what a
 * proxy does with its backends: nothing else gets a rule.
 */
export function ruleFor(
  denial: Pick<DenialRecord, 'profile' | 'kind' | 'operation' | 'path' | 'family' | 'sock_type'>,
): { readonly rule: string; readonly allows: string } {
  const { profile, kind, operation, path = '', family = '', sock_type } = denial;
  const version = versions[family];
  // The kernel knows no addresses or ports here: the narrowest rule is a family and a type.
  if (kind === 'network' && version !== undefined && sock_type === 'stream') {
    return { rule: `network ${family} stream,`, allows: `profile ${profile} may open TCP sockets (${version})` };
  }
  if (kind === 'file' && operation === 'connect' && plainPath.test(path)) {
    return { rule: `${path} rw,`, allows: `profile ${profile} may read and write the socket ${path}` };
  }
  return { rule: '', allows: '' };
}
