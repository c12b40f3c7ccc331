import { algorithmLists } from './algorithm-lists.ts';
import { expandTokens, type TokenValues } from './expand-tokens.ts';
import { parseJump } from './parse-jump.ts';
import type { SshConfig, SshTarget } from './ssh-config.ts';

/** Options by lower-case name, one value for each line that `ssh -G` would print. */
export type Options = ReadonlyMap<string, readonly string[]>;

export interface InterpretContext {
  readonly target: SshTarget;
  /** Whether a file says this, rather than OpenSSH by itself. */
  readonly isSaid: (keyword: string) => boolean;
  /** OpenSSH's own options, where they are needed and there is an ssh to tell them. */
  readonly usual: Options | undefined;
  readonly ownName: string;
  readonly homeDirectory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** What options mean for us; those that no file says are left out. */
export function interpret(options: Options, context: InterpretContext): Omit<SshConfig, 'saidByUser' | 'hasMatchExec'> {
  const { target, isSaid } = context;
  const said = (keyword: string): string | undefined =>
    isSaid(keyword) ? (options.get(keyword)?.[0] ?? undefined) : undefined;
  const hostName = said('hostname');
  const port = wholeNumber(said('port'));
  const user = said('user');
  const tokens: TokenValues = {
    hostName: hostName ?? target.address,
    address: target.address,
    port: target.port ?? port ?? 22,
    user: target.user ?? user ?? context.ownName,
    ownName: context.ownName,
    homeDirectory: context.homeDirectory,
    environment: context.environment,
  };
  const paths = (keyword: string): readonly string[] | undefined => {
    const texts = isSaid(keyword) ? options.get(keyword) : undefined;
    return texts
      ?.filter((text) => text !== '' && text.toLowerCase() !== 'none')
      .map((text) => expandTokens(text, tokens));
  };
  const family = said('addressfamily');
  const bindAddress = said('bindaddress');
  const jump = said('proxyjump');
  const identityFiles = paths('identityfile');
  const identityAgent = agentOf(said('identityagent'), tokens);
  const methods = methodsOf(said);
  const connectTimeout = seconds(said('connecttimeout'));
  const aliveInterval = seconds(said('serveraliveinterval'));
  const aliveCount = wholeNumber(said('serveralivecountmax'));
  const alias = said('hostkeyalias');
  const userFiles = listed(paths('userknownhostsfile'));
  const globalFiles = listed(paths('globalknownhostsfile'));
  return {
    ...(hostName === undefined ? {} : { hostName }),
    ...(port === undefined ? {} : { port }),
    ...(user === undefined ? {} : { user }),
    ...(family === 'inet' ? { addressFamily: 4 } : family === 'inet6' ? { addressFamily: 6 } : {}),
    ...(bindAddress === undefined ? {} : { bindAddress }),
    jump: jump === undefined ? [] : parseJump(expandTokens(jump, tokens)),
    ...(identityFiles === undefined ? {} : { identityFiles }),
    identitiesOnly: isYes(said('identitiesonly')),
    ...(identityAgent === undefined ? {} : { identityAgent }),
    ...(methods === undefined ? {} : { preferredAuthentications: methods }),
    batchMode: isYes(said('batchmode')),
    ...(connectTimeout === undefined ? {} : { connectTimeoutMs: connectTimeout }),
    ...(aliveInterval === undefined ? {} : { serverAliveIntervalMs: aliveInterval }),
    ...(aliveCount === undefined ? {} : { serverAliveCountMax: aliveCount }),
    ...(alias === undefined ? {} : { hostKeyAlias: alias }),
    ...(userFiles === undefined ? {} : { userKnownHostsFiles: userFiles }),
    ...(globalFiles === undefined ? {} : { globalKnownHostsFiles: globalFiles }),
    algorithms: algorithmLists(options, context.usual, isSaid),
    options,
  };
}

/** `IdentityAgent`: a socket, `none`, `SSH_AUTH_SOCK`, or `$NAME`. */
function agentOf(said: string | undefined, tokens: TokenValues): string | false | undefined {
  if (said === undefined || said === 'SSH_AUTH_SOCK') return undefined;
  if (said === 'none') return false;
  const [, name] = /^\$(\w+)$/.exec(said) ?? [];
  if (name !== undefined) return tokens.environment[name] ?? false;
  return expandTokens(said, tokens);
}

const standardMethods = ['publickey', 'keyboard-interactive', 'password'];

function methodsOf(said: (keyword: string) => string | undefined): readonly string[] | undefined {
  const order = said('preferredauthentications');
  const off = [
    ['publickey', said('pubkeyauthentication')],
    ['password', said('passwordauthentication')],
    ['keyboard-interactive', said('kbdinteractiveauthentication') ?? said('challengeresponseauthentication')],
  ].flatMap(([method, value]) => (isNo(value) ? [method] : []));
  if (order === undefined && off.length === 0) return undefined;
  return (order?.split(',') ?? standardMethods).filter((method) => !off.includes(method));
}

/** Files stand on one line, and there several. */
function listed(values: readonly string[] | undefined): readonly string[] | undefined {
  return values?.flatMap((value) => value.split(' ')).filter((value) => value !== '');
}

function isYes(value: string | undefined): boolean {
  return value === 'yes' || value === 'true';
}

function isNo(value: string | undefined): boolean {
  return value === 'no' || value === 'false';
}

function wholeNumber(value: string | undefined): number | undefined {
  return value !== undefined && /^\d{1,9}$/.test(value) && Number(value) > 0 ? Number(value) : undefined;
}

/** `7`, `7s`, `1m30`: in ms. `undefined`: none, or nothing that could be meant. */
function seconds(value: string | undefined): number | undefined {
  if (value === undefined || !/^(?:\d{1,7}[smhdw]?)+$/i.test(value)) return undefined;
  const unit: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };
  let total = 0;
  for (const [, count, letter] of value.matchAll(/(\d+)([a-z]?)/gi)) {
    total += Number(count) * (unit[(letter ?? '').toLowerCase()] ?? 1);
  }
  return total > 0 ? total * 1000 : undefined;
}
