import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HostFailure } from '../../src/model/host-failure.ts';
import type { SimulatedHost } from '../../src/model/simulated-host.ts';
import type { Connection, FixRequest, Label, LaneRequest, Transport } from '../../src/model/transport.ts';
import { formatRecording, splitRecording } from '../../src/transports/replay/format-recording.ts';
import { parseRecording } from '../../src/transports/replay/parse-recording.ts';
import { recordTransport } from '../../src/transports/replay/record-transport.ts';
import type { RecordedRun } from '../../src/transports/replay/recording.ts';
import { replay } from '../../src/transports/replay/replay-transport.ts';
import { simulatedTransport } from '../../src/transports/simulated/simulated-transport.ts';
import { loopbackHost, request } from './hosts.ts';

const host = loopbackHost({}, 'web01');
const signal = new AbortController().signal;
const count: Label = { kind: 'probe', name: 'test.count', params: { of: 'asks' } };

/** Counts what it is asked, and how many fixes it has seen. */
function counter(): SimulatedHost {
  let asks = 0;
  let fixes = 0;
  return {
    answer: ({ name, params }, become) => {
      asks += 1;
      return { rc: 0, stdout: `${name} ${JSON.stringify(params)} ${become} ask ${asks} fix ${fixes}\n` };
    },
    apply: () => {
      fixes += 1;
      return { rc: 0, stdout: `fix ${fixes}\n` };
    },
  };
}

function ask(params: Label['params'] = count.params, more: Partial<LaneRequest> = {}): LaneRequest {
  return request('count', { label: { ...count, params }, ...more });
}

function fixOf(change: string, commands = 1): FixRequest {
  const label: Label = { kind: 'apply', name: 'test.fix', params: { change } };
  return {
    parts: [{ label, commands: Array.from({ length: commands }, () => ({ script: 'true' })) }],
    become: 'root',
    timeoutMs: 1000,
  };
}

/** Records what `use` does on a counting host. */
async function record(use: (connection: Connection) => Promise<unknown>, inner?: Transport): Promise<RecordedRun> {
  const transport = recordTransport(inner ?? simulatedTransport(new Map([['web01', counter()]])), {
    name: 'apply',
    now: () => 1_700_000_000_000,
  });
  const connection = await transport.open(host, { signal });
  await use(connection);
  const [run] = transport.runs();
  if (run === undefined) throw new Error('nothing was recorded');
  return run;
}

async function replayed(run: RecordedRun) {
  const again = replay([run]);
  return { ...again, connection: await again.transport.open(host, { signal }) };
}

describe('replay', () => {
  test('gives what the host gave, before a fix and after it', async () => {
    const said: string[] = [];
    const way = async (connection: Connection): Promise<void> => {
      said.push((await connection.run(ask())).stdout);
      await connection.fix(fixOf('on'));
      said.push((await connection.run(ask())).stdout);
    };
    const { connection, unrecorded } = await replayed(await record(way));
    await way(connection);
    expect(said.slice(2)).toEqual(said.slice(0, 2));
    expect(said[2]).not.toBe(said[3]);
    expect(unrecorded).toEqual([]);
  });

  test('gives repeated answers in order, and then the last one', async () => {
    const run = await record(async (connection) => {
      await connection.run(ask());
      await connection.run(ask());
    });
    const { connection } = await replayed(run);
    const texts: string[] = [];
    for (let time = 0; time < 3; time += 1) texts.push((await connection.run(ask())).stdout);
    expect(texts.map((text) => /ask \d/.exec(text)?.[0])).toEqual(['ask 1', 'ask 2', 'ask 2']);
  });

  test('finds answers by name, params and identity, whatever the shell text', async () => {
    const run = await record((connection) => connection.run(ask()));
    const { connection, unrecorded } = await replayed(run);
    expect((await connection.run(ask(count.params, { command: { script: 'other words' } }))).stdout).toContain('ask 1');
    await expect(connection.run(ask({ of: 'fixes' }))).rejects.toThrow(HostFailure);
    await expect(connection.run(ask(count.params, { become: 'root' }))).rejects.toThrow(HostFailure);
    expect(unrecorded).toHaveLength(2);
  });

  test('tells the commands of one reading apart by their order', async () => {
    const both = async (connection: Connection, words: readonly [string, string]): Promise<readonly string[]> => {
      const answers = await Promise.all(
        words.map((script) => connection.run(ask(count.params, { command: { script } }))),
      );
      return answers.map((answer) => answer.stdout);
    };
    const recorded: (readonly string[])[] = [];
    const run = await record(async (connection) => {
      recorded.push(await both(connection, ['first', 'second']));
      recorded.push(await both(connection, ['first', 'second']));
    });
    const { connection } = await replayed(run);
    const again = [await both(connection, ['one', 'two']), await both(connection, ['one', 'two'])];
    expect(again).toEqual(recorded);
  });

  test('takes a question for the same when a result inside of it tells more than it did', async () => {
    const run = await record((connection) => connection.run(ask({ denials: [{ type: 'a' }], prefer: 'x' })));
    const { connection } = await replayed(run);
    const more = await connection.run(ask({ denials: [{ type: 'a', since: 3 }], prefer: 'x' }));
    expect(more.stdout).toContain('ask 1');
    await expect(connection.run(ask({ denials: [{ type: 'b' }], prefer: 'x' }))).rejects.toThrow('denials[0].type');
    await expect(connection.run(ask({ denials: [{ type: 'a' }], prefer: 'x', more: 1 }))).rejects.toThrow('more');
  });

  test('says what was asked, when, and what is recorded that is like it', async () => {
    const run = await record((connection) => connection.run(ask()));
    const { connection, unrecorded } = await replayed(run);
    await connection.run(ask({ of: 'fixes' })).catch(() => undefined);
    await connection.fix(fixOf('on'));
    expect(unrecorded[0]).toBe(
      'the recording has no answer to probe test.count {"of":"fixes"} before any fix; ' +
        'recorded: of "asks" instead of "fixes"',
    );
    expect(unrecorded[1]).toBe(
      'the recording has no fix apply test.fix {"change":"on"} here: no further fix is recorded',
    );
  });

  test('does not carry out another fix than the recorded one', async () => {
    const { connection } = await replayed(await record((recorded) => recorded.fix(fixOf('on'))));
    expect(await connection.fix(fixOf('off'))).toMatchObject({ kind: 'not_started' });
    expect(await connection.fix(fixOf('on', 2))).toMatchObject({ kind: 'ended', answers: [{ rc: 0 }, { rc: 0 }] });
  });

  test('tells which recorded fixes were never asked for', async () => {
    const { connection, unasked } = await replayed(
      await record(async (recorded) => {
        await recorded.fix(fixOf('on'));
        await recorded.fix(fixOf('off'));
      }),
    );
    await connection.fix(fixOf('on'));
    expect(unasked()).toEqual(['nobody asked for the recorded fix apply test.fix {"change":"off"}']);
    await connection.fix(fixOf('off'));
    expect(unasked()).toEqual([]);
  });

  test('fails where the host failed', async () => {
    const failing: Transport = {
      name: 'failing',
      open: async () => ({
        hostKey: undefined,
        run: () => Promise.reject(new HostFailure('become', 'sudo says no', 'ask an administrator')),
        fix: async () => ({ kind: 'unknown', failure: new HostFailure('lost', 'the wire broke'), answers: [] }),
        adopt: async () => ({ kind: 'unknown', failure: new HostFailure('lost', 'the wire broke'), answers: [] }),
        bootId: () => undefined,
        close: async () => {},
      }),
      close: async () => {},
    };
    const run = await record(async (connection) => {
      await connection.run(ask()).catch(() => undefined);
      await connection.fix(fixOf('on'));
    }, failing);
    const { connection } = await replayed(run);
    await expect(connection.run(ask())).rejects.toMatchObject({ phase: 'become', help: 'ask an administrator' });
    expect(await connection.fix(fixOf('on'))).toMatchObject({ kind: 'unknown', failure: { phase: 'lost' } });
  });

  test('cannot reach a host that could not be reached', async () => {
    const transport = recordTransport(simulatedTransport(new Map()), { name: 'apply', now: () => 0 });
    await transport.open(host, { signal }).catch(() => undefined);
    await expect(replay(transport.runs()).transport.open(host, { signal })).rejects.toMatchObject({ phase: 'dns' });
  });

  test('brings a clock that starts at the recorded time and sleeps in no time', async () => {
    const { clock } = replay([await record(async () => undefined)]);
    await clock.sleep(30_000);
    expect([clock.now(), clock.monotonic()]).toEqual([1_700_000_030_000, 30_000]);
  });
});

describe('a recorder', () => {
  test('keeps no secret that its redactor knows', async () => {
    const transport = recordTransport(simulatedTransport(new Map([['web01', counter()]])), {
      name: 'apply',
      now: () => 0,
      redact: (value) => JSON.parse(JSON.stringify(value).replaceAll('hunter22', '***')),
    });
    const connection = await transport.open(host, { signal });
    await connection.run(ask({ of: 'hunter22' }));
    expect(formatRecording({ about: {}, runs: transport.runs() })).not.toContain('hunter22');
  });

  test('stops at its limit and says so', async () => {
    const inner = simulatedTransport(new Map([['web01', counter()]]));
    const transport = recordTransport(inner, { name: 'apply', now: () => 0, maxChars: 500 });
    const connection = await transport.open(host, { signal });
    for (let time = 0; time < 20; time += 1) await connection.run(ask({ of: time }));
    const [run] = transport.runs();
    expect(run?.cut).toBe(true);
    expect(run?.entries.length).toBeLessThan(4);
    if (run === undefined) return;
    const again = await replayed(run);
    await again.connection.run(ask({ of: 19 })).catch(() => undefined);
    expect(again.unrecorded[0]).toContain('the recording was cut at its limit');
  });
});

describe('a recording as text', () => {
  const answer = fc.record({
    rc: fc.nat(255),
    stdout: fc.string({ unit: 'binary', maxLength: 400 }),
    stderr: fc.string({ maxLength: 300 }),
    truncated: fc.boolean(),
  });
  const params = fc.dictionary(fc.string({ minLength: 1 }), fc.oneof(fc.string({ maxLength: 300 }), fc.boolean()), {
    noNullPrototype: true,
  });
  const label = fc.record({
    kind: fc.constantFrom('probe', 'inspect', 'apply', 'undo', 'clock', 'boot_id'),
    name: fc.string(),
    params,
  });
  const failed = fc.record({ phase: fc.constantFrom('lost', 'become'), message: fc.string() });
  const become = fc.constantFrom(false, 'root');
  const entry = fc.oneof(
    fc.record({ type: fc.constant('open') }),
    fc.record({ type: fc.constant('open'), failed }),
    fc.record({ type: fc.constant('ask'), label, become, command: fc.nat(3), outcome: fc.oneof(answer, failed) }),
    fc.record({
      type: fc.constant('fix'),
      become,
      kind: fc.constant('ended'),
      parts: fc.array(fc.record({ label, answers: fc.array(answer, { maxLength: 3 }) }), { maxLength: 3 }),
    }),
  );
  const run = fc.record({ name: fc.string(), host: fc.string(), startedAt: fc.nat(), entries: fc.array(entry) });

  test('is read back as it was', () => {
    fc.assert(
      fc.property(fc.array(run, { maxLength: 3 }), (runs) => {
        // The arbitraries make what the type allows.
        const recording = { about: { by: 'a test' }, runs: runs as unknown as readonly RecordedRun[] };
        expect(parseRecording(formatRecording(recording))).toEqual(recording);
      }),
    );
  });

  test('can leave its long texts elsewhere', async () => {
    const run = await record((connection) => connection.run(ask({ of: 'x'.repeat(500) })));
    const { lines, texts } = splitRecording({ about: {}, runs: [run] });
    expect(lines.join('')).not.toContain('xxx');
    expect(parseRecording(lines.join('\n'), (hash) => texts.get(hash)).runs).toEqual([run]);
    expect(() => parseRecording(lines.join('\n'))).toThrow(/line 4: the text \w+ is missing/);
  });

  test.each([
    ['', 'empty'],
    ['{"recording":2,"about":{}}', 'version 2'],
    ['{"some":"thing"}', 'not a recording'],
    ['{"recording":1,"about":{}}\n{"ask":"probe"}', 'line 2: no run'],
    [
      '{"recording":1,"about":{}}\n{"run":"x","host":"h","startedAt":"2026-11-21T00:00:00Z"}\n{"ask":"dance"}',
      'line 3',
    ],
    ['{"recording":1,"about":{}}\nnot json', 'line 2'],
  ])('%s is refused', (text, reason) => {
    expect(() => parseRecording(text)).toThrow(reason);
  });
});
