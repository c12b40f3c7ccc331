import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CliEnd, mendgate } from '../e2e/cli.ts';
import { ownFiles, ownFilesMissing } from '../sshd/own-files.ts';
import { type Sshd, sshdMissing, startSshd } from '../sshd/sshd.ts';

/** Why there is no such host here, or `undefined`. */
export const ownFilesHostMissing: string | undefined = sshdMissing ?? ownFilesMissing;

export interface OwnFilesHost {
  readonly sshd: Sshd;
  /** `mendgate run runbooks/NAME.yaml -i …`, with a state of its own. */
  run(...args: readonly string[]): Promise<CliEnd>;
  /** The ids of all runs so far. */
  runs(): readonly string[];
  undo(run: string): Promise<CliEnd>;
  /** Its folder goes with it. */
  stop(): Promise<void>;
}

/**
 * One host for a shipped runbook: a real sshd that shares this machine's kernel, and has files of its own. Its inventory and
 * its state lie in `folder`.
 */
export async function startOwnFilesHost(
  runbook: string,
  folder: string,
  { prepare, config = [] }: { readonly prepare?: string; readonly config?: readonly string[] },
): Promise<OwnFilesHost> {
  const sshd = await startSshd({ within: ownFiles(prepare), config });
  const inventory = join(folder, 'hosts.yaml');
  const connect = `{ address: 127.0.0.1, port: ${sshd.port}, user: root }`;
  writeFileSync(inventory, `inventory: one\nhosts:\n  web: { connect: ${connect} }\n`);
  const state = join(folder, 'state');
  const reach = ['--private-key', sshd.keyFile, '--known-hosts', sshd.knownHostsFile, '--state-dir', state];
  return {
    sshd,
    run: (...args) => mendgate(['run', `runbooks/${runbook}.yaml`, '-i', inventory, ...reach, ...args]),
    runs: () => readdirSync(join(state, 'runs')),
    undo: (run) => mendgate(['undo', run, '--yes', ...reach]),
    async stop() {
      await sshd.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
