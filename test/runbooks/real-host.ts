import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Event } from '../../src/model/event.ts';
import { mendgate } from '../e2e/cli.ts';
import { cage, cageMissing, inCage } from '../sshd/cage.ts';
import { sshdMissing, startSshd } from '../sshd/sshd.ts';

/** Why there is no such host here, or `undefined`. */
export const realHostMissing: string | undefined = sshdMissing ?? cageMissing;

export interface Ended {
  readonly code: number | null;
  readonly run: string;
  readonly verdict: string | undefined;
  readonly reason: string | undefined;
  readonly stderr: string;
}

export interface RealHost {
  /** A folder of its own, seen by the host and by the test. */
  readonly folder: string;
  /** Where a file of the host lies for the test. */
  at(path: string): string;
  /** `mendgate ARGS` with a state of its own; `-i` is for the caller. */
  call(...args: readonly string[]): Promise<Ended>;
  /** `mendgate run runbooks/NAME.yaml -i …`. */
  run(...args: readonly string[]): Promise<Ended>;
  stop(): Promise<void>;
}

/**
 * One host for a shipped runbook: a real sshd in a mount namespace of its own. `prepare` is shell text that makes its
 * mounts and knows the folder as `$folder`.
 */
export async function startRealHost(runbook: string, prepare: string): Promise<RealHost> {
  const folder = mkdtempSync(join(tmpdir(), 'mendgate-real-'));
  const within = [...cage(), 'bash', '-c', `set -e; folder=$0; ${prepare}\nexec "$@"`, folder];
  const sshd = await startSshd({ within });
  const inventory = join(folder, 'inventory.yaml');
  const connect = `{ address: 127.0.0.1, port: ${sshd.port} }`;
  writeFileSync(inventory, `inventory: one\nconnect: { user: root }\nhosts:\n  real: { connect: ${connect} }\n`);

  const call = async (...args: readonly string[]): Promise<Ended> => {
    const wire = ['--known-hosts', sshd.knownHostsFile, '--private-key', sshd.keyFile, '--json'];
    const { code, stdout, stderr } = await mendgate([...args, ...wire], { XDG_STATE_HOME: join(folder, 'state') });
    const events = stdout.split('\n').flatMap((line): Event[] => (line === '' ? [] : [JSON.parse(line)]));
    const end = events.find((event) => event.type === 'host.finished');
    const run = events[0]?.run ?? '';
    return { code, run, verdict: end?.outcome.verdict, reason: end?.outcome.reason, stderr };
  };
  return {
    folder,
    at: (path) => inCage(sshd, path),
    call,
    run: (...args) => call('run', `runbooks/${runbook}.yaml`, '-i', inventory, ...args),
    async stop() {
      await sshd.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
