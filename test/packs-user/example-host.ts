import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Event } from '../../src/model/event.ts';
import type { HostOutcome } from '../../src/model/plan.ts';
import { type CliEnd, mendgate } from '../e2e/cli.ts';
import { cage, cageMissing } from '../sshd/cage.ts';
import { sshdMissing, startSshd } from '../sshd/sshd.ts';

/** Where the examples of the how-to pages lie. */
export const examples = 'examples/custom-steps';

/** Why there is no host here, or `undefined`. */
export const hostMissing: string | undefined = sshdMissing;

export interface ExampleRun extends CliEnd {
  readonly events: readonly Event[];
  /** Of the one host. */
  readonly outcome: HostOutcome | undefined;
}

/** One real sshd where root logs in, and a folder that stands for the host's own files. */
export interface ExampleHost {
  readonly folder: string;
  at(name: string): string;
  /** `mendgate …`, with what it takes to reach the host. */
  run(...args: readonly string[]): Promise<ExampleRun>;
  /** `mendgate …`, as it is. */
  command(...args: readonly string[]): Promise<CliEnd>;
  stop(): Promise<void>;
}

export async function startExampleHost(): Promise<ExampleHost> {
  const folder = mkdtempSync(join(tmpdir(), 'mendgate-example-'));
  chmodSync(folder, 0o755);
  const sshd = await startSshd(cageMissing === undefined ? { within: cage() } : {});
  const at = (name: string): string => join(folder, name);
  const inventory = at('inventory.yaml');
  const connect = `{ address: 127.0.0.1, port: ${sshd.port}, user: root }`;
  writeFileSync(inventory, `inventory: example\nhosts:\n  host1: { connect: ${connect} }\n`);
  const env = { XDG_STATE_HOME: at('state') };
  const reach = ['--known-hosts', sshd.knownHostsFile, '--private-key', sshd.keyFile];
  return {
    folder,
    at,
    command: (...args) => mendgate(args, env),
    async run(command, ...args) {
      const given = command === 'run' || command === 'plan' ? ['-i', inventory] : [];
      const end = await mendgate([command ?? '', ...args, ...given, ...reach, '--json'], env);
      const events = end.stdout
        .split('\n')
        .flatMap((line): Event[] => (line.startsWith('{') ? [JSON.parse(line)] : []));
      const finished = events.find((event) => event.type === 'host.finished');
      return { ...end, events, outcome: finished?.type === 'host.finished' ? finished.outcome : undefined };
    },
    async stop() {
      await sshd.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
