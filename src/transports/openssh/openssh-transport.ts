import { setMaxListeners } from 'node:events';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../model/clock.ts';
import { HostFailure } from '../../model/host-failure.ts';
import type { Host } from '../../model/inventory.ts';
import type { Connection, Transport } from '../../model/transport.ts';
import { systemClock } from '../clock.ts';
import { makeConnection } from '../connection.ts';
import { greetingMs } from '../host-shell.ts';
import { limited } from '../limited.ts';
import type { LoginOptions } from '../login-options.ts';
import { BecomePasswords } from '../password-tries.ts';
import { patientClock } from '../ssh/patient-clock.ts';
import { tellWaits } from '../tell-waits.ts';
import { loginVariable } from './askpass.ts';
import { cancelled, type Master, startMaster } from './master.ts';
import { hostMayAsk, isProxied, loginUser, readsLabels, shownKey } from './master-progress.ts';
import { muxChannels } from './mux-channels.ts';
import { masterArguments, unusableTarget } from './ssh-arguments.ts';
import { setUpWorkshop, type Workshop } from './workshop.ts';

/** The system's ssh itself follows ssh_config and the environment in what is absent here. */
export interface OpensshOptions extends LoginOptions {
  /** Only this ssh_config; `none`: no file at all. Default: OpenSSH's, of the user and of the system. */
  readonly sshConfigFile?: string;
  /** So many log in at a time: each costs a process and a handshake. Those that only wait are not counted. Default 16. */
  readonly atOnce?: number;
}

/**
 * Hosts over the system's own ssh: one master for each host, and an ssh for each channel over it. For whatever ssh_config
 * can do and ssh2 cannot: certificates, security keys, GSSAPI, PKCS#11, proxy commands.
 */
export function opensshTransport(options: OpensshOptions = {}): Transport {
  const clock = options.clock ?? systemClock;
  const onWarning = options.onWarning ?? (() => undefined);
  const passwords = options.becomePasswords ?? new BecomePasswords();
  const inTurn = limited(options.atOnce ?? 16);
  const open = new Set<Connection>();
  let workshop: Promise<Workshop> | undefined;
  let count = 0;

  async function attempt(shop: Workshop, host: Host, signal: AbortSignal): Promise<Master | 'dropped'> {
    const { connect } = host;
    const patient = patientClock(clock);
    const refusal = new AbortController();
    count += 1;
    const name = String(count);
    const controlPath = join(shop.directory.path, name);
    const user = connect.user ?? options.user;
    const password = connect.password ?? options.password;
    const port = connect.portByDefault === true ? undefined : connect.port;
    let pid: number | undefined;
    let heard = '';
    const leave = shop.desk.admit(name, {
      host: host.name,
      password,
      pid: () => pid,
      hostMayAsk: () => hostMayAsk(heard),
      waiting: (answer) => patient.whileAsking(answer),
      refused: () => refusal.abort(),
    });
    const keyFile = connect.privateKeyFile;
    const args = masterArguments({
      address: connect.address,
      port,
      configFile: password === undefined && options.ask === undefined ? shop.config.silent : shop.config.asking,
      controlPath,
      user,
      privateKeyFiles: keyFile === undefined ? options.privateKeyFiles : [keyFile],
      agent: options.agent,
    });
    try {
      return await startMaster({
        args,
        controlPath,
        env: { ...shop.env, [loginVariable]: name },
        wanted: { address: connect.address, port, user: user ?? userInfo().username },
        connectMs: options.connectTimeoutMs === undefined ? 50_000 : options.connectTimeoutMs * 4,
        clock: patient.clock,
        signal: AbortSignal.any([signal, refusal.signal]),
        heard(words) {
          heard = words;
        },
        started(its) {
          pid = its;
          shop.directory.note(name, its);
        },
        gone: () => shop.directory.forget(name),
      });
    } catch (error) {
      if (!refusal.signal.aborted) throw error;
      const who = loginUser(heard) ?? user ?? userInfo().username;
      throw new HostFailure('auth', `${who}: the host refuses the password; it was tried once`);
    } finally {
      leave();
    }
  }

  return {
    name: 'openssh',
    async open(host, { signal, waits }) {
      // One signal for a whole fleet is no leak.
      setMaxListeners(0, signal);
      if (signal.aborted) throw cancelled();
      const unusable = unusableTarget(host.connect.address, host.connect.user ?? options.user);
      if (unusable !== undefined) throw new HostFailure('config', unusable);
      workshop ??= setUpWorkshop(options, clock, onWarning);
      const shop = await workshop;
      const logIn = (): Promise<Master> =>
        reach(clock, signal, options.connectTimeoutMs ?? 15_000, () => attempt(shop, host, signal));
      const master = await tellWaits(clock, waits, () => inTurn((leave) => tellWaits(clock, leave, logIn)));
      tellAccepted(master.said, onWarning);
      const env = { ...process.env, LC_ALL: 'C', SSH_ASKPASS_REQUIRE: 'never' };
      const startMs = options.connectTimeoutMs ?? greetingMs;
      const channels = muxChannels(master, env, clock, startMs);
      const connection = makeConnection({
        open: channels.open,
        hostKey: master.hostKey,
        labelled: readsLabels(master.said),
        becomeMethod: host.connect.becomeMethod ?? options.becomeMethod,
        becomePassword: host.connect.becomePassword ?? options.becomePassword,
        passwords: passwords.of(host.name),
        clock,
        startMs,
        ...(options.limits === undefined ? {} : { limits: options.limits }),
        close() {
          void master.end();
        },
      });
      const opened: Connection = {
        ...connection,
        async close() {
          open.delete(opened);
          await connection.close();
          await Promise.all([channels.gone(), master.end()]);
        },
      };
      open.add(opened);
      return opened;
    },
    async close() {
      await Promise.all([...open].map((connection) => connection.close()));
      open.clear();
      const shop = await workshop?.catch(() => undefined);
      workshop = undefined;
      shop?.close();
    },
  };
}

/**
 * Tries again, after a random while, as long as the host hangs up before its first byte: nothing has happened yet. After
 * `droppedMs` no attempt begins any more.
 */
async function reach(
  clock: Clock,
  signal: AbortSignal,
  droppedMs: number,
  attempt: () => Promise<Master | 'dropped'>,
): Promise<Master> {
  const giveUpAt = clock.monotonic() + droppedMs;
  for (let longest = 200; ; longest = Math.min(longest * 2, 2000)) {
    if (signal.aborted) throw cancelled();
    const reached = await attempt();
    if (reached !== 'dropped') return reached;
    if (clock.monotonic() >= giveUpAt) {
      const help = 'it may have too many connections at once (MaxStartups)';
      throw new HostFailure('banner', 'the host keeps hanging up before its SSH server greets', help);
    }
    // Full jitter: many connections that were dropped together must not come back together.
    await clock.sleep(Math.random() * longest, signal);
  }
}

function tellAccepted(said: string, onWarning: (message: string) => void): void {
  const shown = isProxied(said) ? undefined : shownKey(said);
  const key = shown === undefined ? '' : `: ${shown.type} ${shown.fingerprint}`;
  for (const [, names] of said.matchAll(/^Warning: Permanently added '([^'\r\n]{1,300})'/gm)) {
    onWarning(`${names}: its host key was not known and is trusted from now on${key}`);
  }
}
