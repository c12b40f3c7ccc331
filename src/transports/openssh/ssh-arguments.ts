import type { HostKeyPolicy } from '../login-options.ts';

/** What every ssh of a run has in common, hops on the way included. */
export interface SshSettings {
  readonly hostKeyPolicy: HostKeyPolicy;
  /** Instead of OpenSSH's own files. */
  readonly knownHostsFiles: readonly string[] | undefined;
  /** Nobody can answer a question: ssh is to ask none. */
  readonly batch: boolean;
  readonly connectTimeoutMs: number | undefined;
  /** The operator's ssh_config; absent: OpenSSH's own two files; `none`: no file. */
  readonly configFile: string | undefined;
}

/** What one master is told beyond that. */
export interface MasterSettings {
  readonly configFile: string;
  readonly controlPath: string;
  readonly address: string;
  /** Absent: as ssh_config says; so is the user. */
  readonly port: number | undefined;
  readonly user: string | undefined;
  readonly privateKeyFiles: readonly string[] | undefined;
  /** The agent's socket; `false`: none; absent: as the environment and ssh_config say. */
  readonly agent: string | false | undefined;
  /** See ssh-version.ts. */
  readonly later: Readonly<Record<string, string>>;
}

const systemFiles = ['~/.ssh/config', '/etc/ssh/ssh_config'];

/**
 * The ssh_config that all our ssh read. ssh hands `-F` on to the hops of a ProxyJump, but no `-o`: only in a file do our
 * rules hold on every hop. Of each keyword the first value counts: in front of the operator's own files stands what must
 * not be weaker than we say, behind them what they may say otherwise.
 */
export function configText(settings: SshSettings): string {
  const { connectTimeoutMs, knownHostsFiles } = settings;
  const timeout = `ConnectTimeout ${Math.max(1, Math.ceil((connectTimeoutMs ?? 15_000) / 1000))}`;
  const files =
    settings.configFile === undefined ? systemFiles : settings.configFile === 'none' ? [] : [settings.configFile];
  return [
    `BatchMode ${settings.batch ? 'yes' : 'no'}`,
    `StrictHostKeyChecking ${settings.hostKeyPolicy === 'strict' ? 'yes' : 'accept-new'}`,
    ...(knownHostsFiles === undefined
      ? []
      : [
          `UserKnownHostsFile ${knownHostsFiles.map((file) => quoted(literal(file))).join(' ') || 'none'}`,
          'GlobalKnownHostsFile /dev/null',
        ]),
    // A wrong password is tried once, by whatever method: more would count towards a lock.
    'NumberOfPasswordPrompts 1',
    'UpdateHostKeys no',
    ...(connectTimeoutMs === undefined ? [] : [timeout]),
    ...files.map((file) => `Include ${quoted(file)}`),
    timeout,
    'ServerAliveInterval 10',
    'ServerAliveCountMax 3',
    '',
  ].join('\n');
}

/** Arguments of the one ssh that holds a host's connection. It runs nothing there. */
export function masterArguments(settings: MasterSettings): string[] {
  const { address, port, user, privateKeyFiles, agent } = settings;
  return [
    ...['-F', settings.configFile, '-N', '-T', '-x', '-a'],
    ...options({
      ControlMaster: 'yes',
      ControlPath: literal(settings.controlPath),
      ControlPersist: 'no',
      // How far it came is told by its lines of this level.
      LogLevel: 'DEBUG1',
      ClearAllForwardings: 'yes',
      PermitLocalCommand: 'no',
      RemoteCommand: 'none',
      ...settings.later,
    }),
    ...(privateKeyFiles === undefined ? [] : options({ IdentitiesOnly: 'yes' })),
    ...(privateKeyFiles ?? []).flatMap((file) => ['-i', literal(file)]),
    ...(agent === undefined ? [] : options({ IdentityAgent: agent === false ? 'none' : quoted(literal(agent)) })),
    ...(user === undefined ? [] : ['-l', user]),
    ...(port === undefined ? [] : ['-p', String(port)]),
    ...['--', address],
  ];
}

/**
 * Arguments of the ssh that runs one command over a master. It never connects by itself: without its master it meets a
 * proxy command that fails. Its own lines of level 2 tell how the command ended; exit code 255 alone tells nothing.
 */
export function channelArguments(controlPath: string, exec: string): string[] {
  return [...overMaster(controlPath), '-T', '-x', '-a', ...options({ LogLevel: 'DEBUG2' }), '--', 'host', exec];
}

/** Arguments that ask a master whether it lives, or to end. */
export function controlArguments(controlPath: string, command: 'check' | 'exit'): string[] {
  return [...overMaster(controlPath), '-O', command, '--', 'host'];
}

function overMaster(controlPath: string): string[] {
  const alone = options({ ControlMaster: 'no', ProxyCommand: 'false', BatchMode: 'yes' });
  return ['-F', 'none', '-S', literal(controlPath), ...alone];
}

function options(all: Readonly<Record<string, string>>): string[] {
  return Object.entries(all).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
}

/** In paths ssh expands `%h` and the like. */
function literal(path: string): string {
  return path.replaceAll('%', '%%');
}

function quoted(path: string): string {
  return `"${path.replace(/["\\]/g, '\\$&')}"`;
}

/** Why an address or a user must not be handed to a program; `undefined`: it may. */
export function unusableTarget(address: string, user: string | undefined): string | undefined {
  if (!/^[A-Za-z0-9_:][A-Za-z0-9_.:%-]{0,269}$/.test(address)) {
    return `${JSON.stringify(address.slice(0, 100))} cannot be a host's address`;
  }
  // In proxy commands ssh pastes the user into shell text; newer versions refuse such names themselves.
  if (user !== undefined && !/^[A-Za-z0-9_][A-Za-z0-9_.@+\\-]{0,254}\$?$/.test(user)) {
    return `${JSON.stringify(user.slice(0, 100))} cannot be a user's name`;
  }
  return undefined;
}
