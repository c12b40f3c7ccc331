import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SimulatedHost } from '../model/simulated-host.ts';
import { createDemoFleet, type ExpectedVerdicts } from './fleet.ts';

export type { ExpectedVerdicts } from './fleet.ts';

/** What whoever plays the demo is told of one of its hosts. */
export interface ServedHost {
  readonly name: string;
  /** What is wrong with it, in at most 38 characters. The runbook finds that out by itself. */
  readonly cause: string;
  readonly expected: ExpectedVerdicts;
}

/** The fleet while its servers listen, with all that a client needs to reach it over SSH. */
export interface DemoFleet {
  readonly hosts: readonly ServedHost[];
  /** The flagship runbook, as shipped. */
  readonly runbook: string;
  /** An inventory file. */
  readonly inventory: string;
  readonly user: string;
  readonly privateKeyFile: string;
  readonly knownHostsFile: string;
}

/** How a simulated host gets a real wire; given, since servers are the transports' business. */
export interface Wire {
  /** ed25519, in OpenSSH's forms. */
  generateKeyPair(): KeyPair;
  startServer(options: ServerOptions): Promise<WiredHost>;
}
interface KeyPair {
  readonly private: string;
  readonly public: string;
}
interface ServerOptions {
  readonly host: SimulatedHost;
  readonly hostKey: string;
  /** The client's public key. */
  readonly allow: string;
}
interface WiredHost {
  readonly port: number;
  readonly hostKeyLine: string;
  close(): Promise<void>;
}

/** Serves a new fleet on loopback while `use` runs. Its keys and files are made for this one time and removed. */
export async function serveFleet<T>(now: () => number, wire: Wire, use: (fleet: DemoFleet) => Promise<T>): Promise<T> {
  const hosts = createDemoFleet(now);
  const key = wholeKeyPair(wire);
  const folder = await mkdtemp(join(tmpdir(), 'mendgate-demo-'));
  const servers: WiredHost[] = [];
  const file = async (name: string, lines: readonly string[]): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, lines.map((line) => `${line}\n`).join(''), { mode: 0o600 });
    return path;
  };
  try {
    for (const { host } of hosts) {
      const hostKey = wholeKeyPair(wire).private;
      servers.push(await wire.startServer({ host, hostKey, allow: key.public }));
    }
    const places = hosts.map(
      ({ name }, at) => `  ${name}: { connect: { address: 127.0.0.1, port: ${servers[at]?.port} } }`,
    );
    return await use({
      hosts,
      runbook: fileURLToPath(new URL('../../runbooks/nginx-502-permission-denied.yaml', import.meta.url)),
      inventory: await file('inventory.yaml', ['inventory: demo', 'hosts:', ...places]),
      user: 'demo',
      privateKeyFile: await file('id_ed25519', [key.private.trimEnd()]),
      knownHostsFile: await file(
        'known_hosts',
        servers.map((server) => server.hostKeyLine),
      ),
    });
  } finally {
    await Promise.all(servers.map((server) => server.close()));
    await rm(folder, { recursive: true, force: true });
  }
}

/** ssh2 1.17 cuts leading zeros off one public key in 256, which nobody can read then (mscdex/ssh2#1390). */
function wholeKeyPair(wire: Wire): KeyPair {
  const wholeBytes = 51;
  for (;;) {
    const pair = wire.generateKeyPair();
    if (Buffer.from(pair.public.split(' ')[1] ?? '', 'base64').length === wholeBytes) return pair;
  }
}
