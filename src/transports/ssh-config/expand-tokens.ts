import { hostname } from 'node:os';
import { join } from 'node:path';

/** What the tokens of ssh_config stand for. */
export interface TokenValues {
  /** `%h`: what is dialled. */
  readonly hostName: string;
  /** `%n`: what was typed. */
  readonly address: string;
  readonly port: number;
  /** `%r`: the user on the host. */
  readonly user: string;
  /** `%u`: the user here. */
  readonly ownName: string;
  readonly homeDirectory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** A path of ssh_config with `~`, `%` tokens and `${NAME}`; unknown ones stay as they are. */
export function expandTokens(text: string, values: TokenValues): string {
  const tokens: Readonly<Record<string, () => string>> = {
    '%': () => '%',
    d: () => values.homeDirectory,
    h: () => values.hostName,
    i: () => String(process.getuid?.() ?? 0),
    L: () => hostname().split('.', 1)[0] ?? '',
    l: () => hostname(),
    n: () => values.address,
    p: () => String(values.port),
    r: () => values.user,
    u: () => values.ownName,
  };
  const path = /^~(?:\/|$)/.test(text) ? join(values.homeDirectory, text.slice(1)) : text;
  return path.replace(/%([%A-Za-z])|\$\{(\w+)\}/g, (whole, token: string | undefined, name: string | undefined) =>
    token === undefined ? (values.environment[name ?? ''] ?? whole) : (tokens[token]?.() ?? whole),
  );
}
