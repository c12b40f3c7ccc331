// The floor: ssh2 connects to each host and executes the whole of W as one script. Nothing is decided on this side, no
// step is told apart, no result kept. CONFIG.json: { hosts, port, user, key, hostKeyLine, script, forks }.
import { readFileSync } from 'node:fs';
import ssh2 from 'ssh2';

const { hosts, port, user, key, hostKeyLine, script, forks } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const text = readFileSync(script, 'utf8');
const privateKey = ssh2.utils.parseKey(readFileSync(key));
const hostKey = Buffer.from(hostKeyLine.split(' ')[1], 'base64');

function oneHost(host) {
  return new Promise((resolve, reject) => {
    const client = new ssh2.Client();
    client.on('connect', () => client.setNoDelay(true)).on('error', reject);
    client.on('ready', () => {
      client.exec(`set -- ${host}\n${text}`, (error, stream) => {
        if (error) return reject(error);
        let out = '';
        stream.on('data', (data) => {
          out += data;
          if (!out.endsWith('W-OK\n')) return;
          client.end();
          resolve();
        });
        stream.stderr.resume();
        stream.on('close', () => reject(new Error(`${host}: ended without W-OK`)));
      });
    });
    client.connect({
      host,
      port,
      username: user,
      readyTimeout: 120_000,
      authHandler: [{ type: 'publickey', username: user, key: privateKey }],
      hostVerifier: (shown) => shown.equals(hostKey),
    });
  });
}

const waiting = [...hosts];
await Promise.all(
  Array.from({ length: forks }, async () => {
    for (let host = waiting.shift(); host !== undefined; host = waiting.shift()) await oneHost(host);
  }),
);
