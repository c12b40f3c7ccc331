import { readFileSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { checkRecords } from '../../src/journal/check-records.ts';
import { reopenJournal } from '../../src/journal/open-journal.ts';
import { encodeRecord } from '../../src/journal/record.ts';
import { harmlessJson } from '../../src/model/harmless-json.ts';
import { systemClock } from '../../src/transports/clock.ts';
import {
  clearStates,
  finished,
  intent,
  newState,
  note,
  numbered,
  pathIn,
  read,
  result,
  runId,
  started,
  write,
} from './rig.ts';

afterEach(clearStates);

const events = numbered([started, note('é — \u202e \u009b31m "quoted"'), intent('one'), result('one'), finished]);

async function lines(): Promise<{ readonly state: string; readonly lines: readonly string[] }> {
  const state = newState();
  await write(state, events);
  return { state, lines: readFileSync(pathIn(state), 'utf8').split('\n').slice(0, -1) };
}

describe('a journal', () => {
  it('gives back the events that were written, none of its own members, and nothing that steers a terminal', async () => {
    const { state, lines: text } = await lines();
    expect(read(state)).toMatchObject({ events, tornBytes: 0 });
    expect(text.join('')).not.toMatch(/[\u007f-\u009f\u202e]/);
  });

  const other = (line: string, change: (event: object) => object): string => {
    const { prev, crc, ...event } = JSON.parse(line);
    return encodeRecord(harmlessJson(change(event)), prev).line;
  };
  const damages: readonly [string, number, RegExp, (lines: string[]) => void][] = [
    ['an edited word', 2, /checksum/, (l) => l.splice(1, 1, (l[1] ?? '').replace('quoted', 'Quoted'))],
    ['an edited number', 4, /checksum/, (l) => l.splice(3, 1, (l[3] ?? '').replace('"ms":5', '"ms":6'))],
    [
      'an edited checksum',
      3,
      /checksum/,
      (l) => l.splice(2, 1, (l[2] ?? '').replace(/"crc":".{8}/, '"crc":"00000000')),
    ],
    [
      'a line whose checksum was made anew',
      4,
      /does not follow/,
      (l) =>
        l.splice(
          2,
          1,
          other(l[2] ?? '', (e) => ({ ...e, host: 'two' })),
        ),
    ],
    ['a deleted line', 3, /does not follow/, (l) => l.splice(2, 1)],
    ['a deleted first line', 1, /lines before it are missing/, (l) => l.splice(0, 1)],
    ['two lines the other way round', 3, /does not follow/, (l) => l.splice(2, 2, l[3] ?? '', l[2] ?? '')],
    ['a line that is there twice', 4, /does not follow/, (l) => l.splice(2, 0, l[2] ?? '')],
    ['a line of somebody else', 3, /does not end as a record/, (l) => l.splice(2, 0, '{"seq":3,"type":"note"}')],
    ['an empty line', 3, /does not end as a record/, (l) => l.splice(2, 0, '')],
    ['a line cut in the middle', 3, /does not end as a record/, (l) => l.splice(2, 1, (l[2] ?? '').slice(0, 40))],
    ['zeros where a line was', 3, /does not end as a record/, (l) => l.splice(2, 1, '\0'.repeat(80))],
  ];
  it.each(damages)('with %s is refused at that line', async (_, line, what, change) => {
    const { state, lines: text } = await lines();
    const changed = [...text];
    change(changed);
    writeFileSync(pathIn(state), `${changed.join('\n')}\n`);
    expect(read(state).damage).toMatchObject({ line, what: expect.stringMatching(what) });
    const opened = await reopenJournal({ state, run: runId, clock: systemClock });
    expect(opened).toMatchObject({ kind: 'damaged', damage: { line } });
    // Nothing is written to it.
    expect(readFileSync(pathIn(state), 'utf8')).toBe(`${changed.join('\n')}\n`);
  });

  const chained = (texts: readonly object[]): Buffer => {
    let prev = '';
    const lines = texts.map((event) => {
      const { line, hash } = encodeRecord(harmlessJson(event), prev);
      prev = hash;
      return `${line}\n`;
    });
    return Buffer.from(lines.join(''));
  };
  const [first, second] = events;
  const wrong: readonly [string, number, RegExp, readonly object[]][] = [
    ['a gap in its numbers', 2, /number 3, and 2 was expected/, [{ ...first }, { ...second, seq: 3 }]],
    ['a number that comes again', 3, /number 2, and 3/, [{ ...first }, { ...second }, { ...second }]],
    ['two beginnings', 2, /begins a second time/, [{ ...first }, { ...first, seq: 2 }]],
    ['no beginning', 1, /beginning of a run/, [{ ...second, seq: 1 }]],
    ['events of a version to come', 1, /version 2/, [{ ...first, version: 2 }]],
    ['an event of another run', 2, /another run/, [{ ...first }, { ...second, run: 'other' }]],
  ];
  it.each(wrong)('that was written with %s is refused', (_, line, what, texts) => {
    expect(checkRecords(chained(texts)).damage).toMatchObject({ line, what: expect.stringMatching(what) });
  });

  it('shows any changed byte before its last line, and any but the line feed in that', async () => {
    const { state } = await lines();
    const whole = readFileSync(pathIn(state));
    const lastFeed = whole.length - 1;
    fc.assert(
      fc.property(fc.nat(whole.length - 2), fc.integer({ min: 1, max: 255 }), (at, by) => {
        const changed = Buffer.from(whole);
        changed[at] = ((changed[at] ?? 0) + by) % 256;
        const { damage, tornBytes } = checkRecords(changed);
        expect(damage !== undefined || tornBytes > 0 || at === lastFeed).toBe(true);
        expect(damage).toBeDefined();
      }),
      { numRuns: 500 },
    );
  });
});
