import { isIPv4, isIPv6 } from 'node:net';
import type { Problem } from './place.ts';

const hostName = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;
const maxNameLength = 253;

/** Why this cannot be a host's name or address; `undefined` when it can. Keeps out whatever ssh could read as an option. */
export function hostNameProblem(name: string): Problem | undefined {
  const address = name.replace(/%[A-Za-z0-9_.-]{1,15}$/, '');
  if (isIPv6(address) || (name.length <= maxNameLength && hostName.test(name))) return undefined;
  if (name === '') return { message: 'a host name is missing' };
  if (name.length > maxNameLength)
    return { message: `a host name has at most ${maxNameLength} characters, this one has ${name.length}` };
  if (name.startsWith('-')) return { message: `a host name cannot start with \`-\`: ${JSON.stringify(name)}` };
  if (name.includes('@')) {
    return {
      message: `${JSON.stringify(name)} is not a host name`,
      help: 'the user goes into `connect: { user: … }`, `ansible_user=…` or `-u`',
    };
  }
  return {
    message: `${JSON.stringify(name)} is not a host name`,
    help: 'a host name has letters, digits, `.`, `_` and `-`, or is an IP address',
  };
}

/** Why this cannot name a group. Narrow enough that every group can be written in a pattern. */
export function groupNameProblem(name: string): Problem | undefined {
  if (name.length <= maxNameLength && hostName.test(name)) return undefined;
  return {
    message: `${JSON.stringify(name)} cannot name a group`,
    help: 'letters, digits, `_`, `-` and `.`, not starting with `-`',
  };
}

/** Whether the text is a port that can be dialled. */
export function isPort(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 65535;
}

interface HostAndPort {
  readonly host: string;
  readonly port?: number;
}

/** `host`, `host:port`, `[v6]:port`, a bare IPv6 address; ranges stay as they are. */
export function splitPort(text: string): HostAndPort | Problem {
  if (isIPv6(text) || isIPv4(text)) return { host: text };
  const bracketed = /^\[([^\]]*:[^\]]*)\](?::(\d{1,6}))?$/.exec(text);
  if (bracketed && isIPv6(bracketed[1] ?? '')) return withPort(bracketed[1] ?? '', bracketed[2], text);
  const plain = /^((?:[^:[\]]|\[[^\]]*\])*):([^:]*)$/.exec(text);
  if (!plain) return { host: text };
  return withPort(plain[1] ?? '', plain[2], text);
}

function withPort(host: string, digits: string | undefined, text: string): HostAndPort | Problem {
  if (digits === undefined) return { host };
  const port = /^\d{1,6}$/.test(digits) ? Number(digits) : undefined;
  if (isPort(port)) return { host, port };
  return {
    message: `${JSON.stringify(digits)} in ${JSON.stringify(text)} is not a port`,
    help: 'a port is a number from 1 to 65535',
  };
}
