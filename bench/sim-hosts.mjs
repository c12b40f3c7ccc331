// node sim-hosts.mjs COUNT BAD% FOLDER: COUNT simulated hosts behind real SSH servers on loopback, in this one process, so
// that their CPU counts apart from the client's. Of each hundred, BAD are bad, in turns: refused (nobody listens), silent (no
// greeting), wrong key, drop (hangs up in the middle of a step). Writes FOLDER/inventory.yaml and known_hosts, prints "ready".
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { generateKeyPair, startSimulatedServer } from '../build/transports/simulated/ssh-server.js';

const [count, bad, folder] = [Number(process.argv[2]), Number(process.argv[3]), process.argv[4]];
const kinds = ['refused', 'silent', 'wrong-key', 'drop'];
const [login, hostKey, otherKey] = [generateKeyPair(), generateKeyPair(), generateKeyPair()];

/** Answers W's commands. `drop` ends the connection when the fix is verified. */
function simulatedHost(drop) {
  let on = false;
  return {
    answer({ name, params }) {
      const line = Array.isArray(params.command) ? params.command.join(' ') : name;
      if (name === 'clock') return { rc: 0, stdout: '1700000000\n' };
      if (line.startsWith('grep -L')) return { rc: 1, stdout: '' };
      if (line.startsWith('grep'))
        return { rc: 0, stdout: 'ERROR a line as long as those of a log usually are\n'.repeat(8) };
      if (line.endsWith('/bool')) return { rc: 0, stdout: on ? 'on\n' : 'off\n' };
      if (line.endsWith('/mode')) return { rc: 0, stdout: 'on\n' };
      return { rc: 0, stdout: '0\n' };
    },
    apply() {
      on = true;
      if (drop !== undefined) setImmediate(drop);
      return { rc: 0 };
    },
  };
}

async function start(index) {
  const place = Math.floor((index * bad) / 100);
  const isBad = Math.floor(((index + 1) * bad) / 100) > place;
  const kind = isBad ? kinds[place % kinds.length] : 'good';
  const name = `${kind}-${index}`;
  if (kind === 'refused' || kind === 'silent') {
    const server = createServer(() => undefined);
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address();
    if (kind === 'refused') refused.push(server);
    return { name, port, line: '' };
  }
  let server;
  // While the first probe after the fix is asked for.
  const drop = kind === 'drop' ? () => void server.close() : undefined;
  const shown = kind === 'wrong-key' ? otherKey.private : hostKey.private;
  server = await startSimulatedServer({ host: simulatedHost(drop), hostKey: shown, allow: login.public });
  return { name, port: server.port, line: server.hostKeyLine };
}

const hosts = [];
/** Closed only when all others have their ports. */
const refused = [];
for (let index = 0; index < count; index += 1) hosts.push(await start(index));
for (const server of refused) server.close();
const [, type, key] = hosts.find(({ name }) => name.startsWith('good')).line.split(' ');
writeFileSync(`${folder}/id`, login.private, { mode: 0o600 });
writeFileSync(`${folder}/known_hosts`, hosts.map(({ port }) => `[127.0.0.1]:${port} ${type} ${key}\n`).join(''));
const lines = hosts.map(({ name, port }) => `  ${name}: { connect: { address: 127.0.0.1, port: ${port} } }\n`);
writeFileSync(`${folder}/inventory.yaml`, `hosts:\n${lines.join('')}`);
process.stdout.write('ready\n');
