import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { serveFleet, type Wire } from '../../src/demo/serve-fleet.ts';

/** A wire without servers: it notes what was asked of it. */
function paperWire(failAt?: number) {
  const started: { hostKey: string; allow: string }[] = [];
  let closed = 0;
  let keys = 0;
  const wire: Wire = {
    generateKeyPair() {
      keys += 1;
      // As ssh2 does now and then: every third key lacks a byte.
      const bytes = keys % 3 === 1 ? 50 : 51;
      return {
        private: `private ${keys} of ${bytes}\n`,
        public: `ssh-ed25519 ${Buffer.alloc(bytes, 7).toString('base64')}`,
      };
    },
    async startServer({ hostKey, allow }) {
      if (started.length === failAt) throw new Error('no port is free');
      started.push({ hostKey, allow });
      const port = 40_000 + started.length;
      return {
        port,
        hostKeyLine: `[127.0.0.1]:${port} key`,
        close: async () => {
          closed += 1;
        },
      };
    },
  };
  return { wire, started, closed: () => closed };
}

describe('serving the fleet', () => {
  it('uses no key that nobody can read', async () => {
    const { wire, started } = paperWire();
    await serveFleet(Date.now, wire, async ({ privateKeyFile }) => {
      expect(readFileSync(privateKeyFile, 'utf8')).toMatch(/of 51\n$/);
    });
    expect(started).toHaveLength(8);
    for (const { hostKey } of started) expect(hostKey).toMatch(/of 51\n$/);
  });

  it('gives an inventory with a port for each host, and their keys', async () => {
    const { wire } = paperWire();
    await serveFleet(Date.now, wire, async ({ inventory, knownHostsFile }) => {
      expect(readFileSync(inventory, 'utf8')).toContain(
        '  web08.demo: { connect: { address: 127.0.0.1, port: 40008 } }\n',
      );
      expect(readFileSync(knownHostsFile, 'utf8').trimEnd().split('\n')).toHaveLength(8);
    });
  });

  it('closes every server and removes its files, also when something fails', async () => {
    const whole = paperWire();
    let file = '';
    const failing = serveFleet(Date.now, whole.wire, async ({ inventory }) => {
      file = inventory;
      throw new Error('in the middle');
    });
    await expect(failing).rejects.toThrow('in the middle');
    expect(whole.closed()).toBe(8);
    expect(existsSync(dirname(file))).toBe(false);

    const half = paperWire(3);
    await expect(serveFleet(Date.now, half.wire, async () => undefined)).rejects.toThrow('no port is free');
    expect(half.closed()).toBe(3);
  });
});
