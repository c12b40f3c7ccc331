// node delay-proxy.mjs PORT TARGET RTT_MS HOST…: relays HOST:PORT to HOST:TARGET with RTT/2 in each direction, and one
// round trip for the TCP handshake. Prints "ready". With COUNT=1 it prints a line per connection when that ends: how
// often its client wrote after it had read.
import { connect, createServer } from 'node:net';

const [port, target, rtt, ...hosts] = process.argv.slice(2);
const half = Number(rtt) / 2;

/** Carries works out `half` ms after they were put in, in their order whatever the timers do. */
function delayed() {
  const queue = [];
  const run = () => {
    while (queue.length > 0 && queue[0].due <= performance.now()) queue.shift().work();
    if (queue.length > 0) setTimeout(run, Math.max(1, queue[0].due - performance.now()));
  };
  return (from, work) => {
    queue.push({ due: from + half, work });
    if (queue.length === 1) setTimeout(run, Math.max(0, queue[0].due - performance.now()));
  };
}

function relay(host, client) {
  // What the client writes at once comes to the host only when its connection stands there: one round trip later.
  const standsAt = performance.now() + half * 2;
  const up = delayed();
  const down = delayed();
  const server = connect({ host, port: Number(target), noDelay: true, allowHalfOpen: true });
  let turns = 0;
  let reading = true;
  const noFault = () => undefined;
  client.on('error', noFault).on('close', () => up(performance.now(), () => server.destroy()));
  server.on('error', noFault).on('close', () => down(performance.now(), () => client.destroy()));
  client.on('data', (data) => {
    if (reading) turns += 1;
    reading = false;
    up(Math.max(performance.now(), standsAt), () => server.write(data));
  });
  client.on('end', () => up(Math.max(performance.now(), standsAt), () => server.end()));
  server.on('data', (data) =>
    down(Math.max(performance.now(), standsAt - half), () => {
      reading = true;
      client.write(data);
    }),
  );
  server.on('end', () => down(performance.now(), () => client.end()));
  if (process.env.COUNT === '1') client.on('close', () => process.stdout.write(`${host} ${turns}\n`));
}

await Promise.all(
  hosts.map(
    (host) =>
      new Promise((resolve) =>
        createServer({ allowHalfOpen: true, noDelay: true }, (client) => relay(host, client)).listen(
          Number(port),
          host,
          1024,
          resolve,
        ),
      ),
  ),
);
process.stdout.write('ready\n');
