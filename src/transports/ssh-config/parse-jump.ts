import { isIPv6 } from 'node:net';
import { HostFailure } from '../../model/host-failure.ts';
import { safeLine } from '../../model/safe-text.ts';
import type { Hop } from './ssh-config.ts';

const mostHops = 8;

/** `ProxyJump`: `[user@]host[:port]` or `ssh://…`, the first hop first; `none` is no hop. */
export function parseJump(text: string): readonly Hop[] {
  if (text === '' || text.toLowerCase() === 'none') return [];
  const hops = text.split(',').map((hop) => parseHop(hop.trim()));
  if (hops.length > mostHops) throw wrong(`ProxyJump names ${hops.length} machines; ${mostHops} are the most`);
  return hops;
}

function parseHop(text: string): Hop {
  const [, user, rest] = /^(?:(.+)@)?([^@]+)$/s.exec(text.replace(/^ssh:\/\//, '').replace(/\/$/, '')) ?? [];
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(rest ?? '') ?? [];
  const name = bracketed ?? plain ?? (isIPv6(rest ?? '') ? rest : undefined);
  const port = digits === undefined ? undefined : Number(digits);
  if (
    name === undefined ||
    !isMachineName(name) ||
    (port !== undefined && (port < 1 || port > 65_535)) ||
    (user !== undefined && !isLoginName(user))
  ) {
    throw wrong(`ProxyJump cannot be read: ${JSON.stringify(safeLine(text.slice(0, 100)))}`);
  }
  return { name, ...(user === undefined ? {} : { user }), ...(port === undefined ? {} : { port }) };
}

/** Whether a name can be handed to the ssh program: a host name or an address, never an option. */
export function isMachineName(name: string): boolean {
  return (name.length <= 253 && /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(name)) || isIPv6(name);
}

/** Whether a user's name can be handed to the ssh program. */
export function isLoginName(name: string): boolean {
  return (
    name.length <= 256 && /^[^-\s\u0000-\u001f\u007f'"`$\\;&<>|(){}][^\u0000-\u001f\u007f'"`$;&<>|(){}]*$/.test(name)
  );
}

function wrong(message: string): HostFailure {
  return new HostFailure('config', message, 'see ssh_config(5)');
}
