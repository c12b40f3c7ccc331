import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cage, cageMissing } from '../sshd/cage.ts';
import { sshdMissing, startFleet } from '../sshd/sshd.ts';
import { makeUser, sudoMissing } from '../sshd/users.ts';
import { type CliEnd, mendgate } from './cli.ts';

/** Why there are no such hosts here, or `undefined`. */
export const stateHostsMissing: string | undefined = sshdMissing ?? sudoMissing ?? cageMissing;

/** Real sshd, `host1` and on, each with locks and markers of its own, and a folder that only root may read: what `state-file.yaml` mends. */
export interface StateHosts {
  readonly names: readonly string[];
  /** What the command line says to be let in. */
  readonly reach: readonly string[];
  /** A path in the folder that holds the hosts' own, the inventory and the runs. */
  at(...parts: readonly string[]): string;
  /** Every host says again that it is broken, and the inventory is as at first. */
  renew(): void;
  /** `inventory.yaml` anew. `gone`: nobody listens there. `vars`: more variables of each host, as YAML. */
  writeInventory(more?: { readonly gone?: string; readonly vars?: string }): void;
  /** What each host says of itself. */
  states(): readonly string[];
  /** Runs the program; its runs are kept here. */
  run(...args: readonly string[]): Promise<CliEnd>;
  stop(): Promise<void>;
}

/** `user`: of that name for this one time; it logs in, and may use sudo. */
export async function startStateHosts(count: number, user: string): Promise<StateHosts> {
  const folder = mkdtempSync(join(tmpdir(), `mendgate-${user}-`));
  chmodSync(folder, 0o755);
  const fleet = await startFleet(count, { within: cage() });
  const login = makeUser(user, { sudo: 'nopasswd' });
  const at = (...parts: readonly string[]): string => join(folder, ...parts);
  const names = fleet.hosts.map((_, index) => `host${index + 1}`);
  const writeInventory: StateHosts['writeInventory'] = ({ gone, vars = '' } = {}) => {
    const hosts = fleet.hosts.map(({ port }, index) => {
      const name = names[index] ?? '';
      const connect = `{ address: 127.0.0.1, port: ${name === gone ? 1 : port} }`;
      return `  ${name}: { connect: ${connect}, vars: { root: ${at(name)}${vars} } }\n`;
    });
    writeFileSync(
      at('inventory.yaml'),
      `inventory: hosts\nconnect: { user: ${login.name} }\nhosts:\n${hosts.join('')}`,
    );
  };
  return {
    names,
    reach: ['--known-hosts', fleet.knownHostsFile, '--private-key', fleet.keyFile],
    at,
    writeInventory,
    renew() {
      for (const name of names) {
        rmSync(at(name), { recursive: true, force: true });
        mkdirSync(at(name), { mode: 0o700 });
        writeFileSync(at(name, 'state'), 'broken\n', { mode: 0o640 });
      }
      writeInventory();
    },
    states: () => names.map((name) => readFileSync(at(name, 'state'), 'utf8').trim()),
    run: (...args) => mendgate(args, { XDG_STATE_HOME: at('state') }),
    async stop() {
      await fleet.stop();
      login.remove();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
