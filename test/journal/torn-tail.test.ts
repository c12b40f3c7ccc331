import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { checkRecords } from '../../src/journal/check-records.ts';
import { reopenJournal } from '../../src/journal/open-journal.ts';
import type { EventBody } from '../../src/model/event.ts';
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

const body: fc.Arbitrary<EventBody> = fc.oneof(
  fc.string({ unit: 'binary' }).map((text) => note(text)),
  fc.constantFrom(intent('one'), result('one'), intent('two', 2), finished),
);

async function bytesOf(bodies: readonly EventBody[]): Promise<Buffer> {
  const state = newState();
  await write(state, numbered([started, ...bodies]));
  const bytes = readFileSync(pathIn(state));
  clearStates();
  return bytes;
}

describe('a journal that was cut off', () => {
  it('at any byte tells all that was whole before, and is never taken for damaged', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(body, { maxLength: 6 }), async (bodies) => {
        const whole = await bytesOf(bodies);
        const { events } = checkRecords(whole);
        expect(events).toEqual(numbered([started, ...bodies]));
        for (let length = 0; length <= whole.length; length += 1) {
          const cut = checkRecords(whole.subarray(0, length));
          const complete = whole.subarray(0, length).filter((byte) => byte === 0x0a).length;
          expect(cut.damage).toBeUndefined();
          expect(cut.events).toEqual(events.slice(0, complete));
          expect(cut.wholeBytes + cut.tornBytes).toBe(length);
        }
      }),
      { numRuns: 15 },
    );
  });

  it('at any byte is gone on with after its last whole line', async () => {
    const events = numbered([started, intent('one'), note('x'), result('one')]);
    const state = newState();
    await write(state, events);
    const whole = readFileSync(pathIn(state));
    const firstLine = whole.indexOf('\n') + 1;
    for (let length = firstLine; length <= whole.length; length += 7) {
      writeFileSync(pathIn(state), whole.subarray(0, length));
      const opened = await reopenJournal({ state, run: runId, clock: systemClock });
      if (opened.kind !== 'open') throw new Error('it was taken for damaged');
      const before = opened.events.length;
      expect(opened.tornBytes).toBe(checkRecords(whole.subarray(0, length)).tornBytes);
      const more = numbered([{ type: 'run.resumed', hosts: ['one'], operator: 'ann@control' }, finished], before + 1);
      for (const event of more) await opened.journal.sink(event);
      expect(await opened.journal.close()).toBeUndefined();
      expect(read(state)).toMatchObject({ events: [...events.slice(0, before), ...more], tornBytes: 0 });
      expect(read(state).damage).toBeUndefined();
    }
  }, 60_000);

  it('before its first line was whole cannot be gone on with', async () => {
    const state = newState();
    await write(state, numbered([started]));
    truncateSync(pathIn(state), 20);
    const opened = await reopenJournal({ state, run: runId, clock: systemClock });
    expect(opened).toMatchObject({ kind: 'damaged', damage: { line: 1, what: 'no record was ever finished' } });
  });
});
