import { createSocket } from 'node:dgram';

/** A name server on loopback. */
export interface NameServer {
  /** For `servers`. */
  readonly address: string;
  /** The names it was asked for, complete, in order, each once for a kind of address. */
  readonly asked: string[];
  close(): void;
}

/** Name → IPv4 addresses it answers with; other names do not exist. `silent`: it never answers; `failing`: SERVFAIL. */
export type NameAnswers = { readonly [name: string]: readonly string[] } | 'silent' | 'failing';

export async function nameServer(answers: NameAnswers): Promise<NameServer> {
  const asked: string[] = [];
  const socket = createSocket('udp4');
  socket.on('message', (query, from) => {
    const { name, type, end } = questionOf(query);
    asked.push(name);
    if (answers === 'silent') return;
    const addresses = answers === 'failing' ? undefined : answers[name];
    const records = type === 1 ? (addresses ?? []) : [];
    const code = answers === 'failing' ? 2 : addresses === undefined ? 3 : 0;
    socket.send(reply(query, end, code, records), from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return { address: `127.0.0.1:${socket.address().port}`, asked, close: () => socket.close() };
}

function questionOf(query: Buffer): { readonly name: string; readonly type: number; readonly end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 };
}

function reply(query: Buffer, end: number, code: number, addresses: readonly string[]): Buffer {
  const head = Buffer.from(query.subarray(0, 12));
  head.writeUInt16BE(0x8180 | code, 2);
  head.writeUInt16BE(addresses.length, 6);
  head.writeUInt16BE(0, 8);
  head.writeUInt16BE(0, 10);
  const records = addresses.map((address) =>
    Buffer.concat([
      Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4]),
      Buffer.from(address.split('.').map(Number)),
    ]),
  );
  return Buffer.concat([head, query.subarray(12, end), ...records]);
}
