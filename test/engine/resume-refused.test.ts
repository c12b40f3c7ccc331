import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ExecuteOptions } from '../../src/engine/execute-plan.ts';
import type { Event } from '../../src/model/event.ts';
import type { Connection, Transport } from '../../src/model/transport.ts';
import { releaseLock, takeLock } from '../../src/shell/host-lock.ts';
import { localTransport } from '../../src/transports/local.ts';
import { loopbackHost, someLabel } from '../transports/hosts.ts';
import { action, check, cond, fix, probe, runbook, step } from './build.ts';
import { type Desk, type DeskRun, openDesk } from './desk.ts';
import { killedAt, resumed, withLines } from './killed.ts';

const folder = '${{ params.folder }}';
const script = (text: string) => action('script.run', { folder, script: text });
const once = (word: string) => step(word, { remediation: fix(script(`echo ${word} >> log`)) });
const book = runbook([once('one'), once('two')]);
/** Its own claim does not hold: it is taken back. */
const failing = runbook([
  step('one', {
    remediation: fix(script('echo one >> log')),
    verify: check([probe('now', 'note.value', { folder, name: 'log' })], cond('now.text == "never"')),
    rollback: { kind: 'calls', calls: [script('echo back >> log')] },
  }),
]);

/** The machine that answers in the place of the desk's. */
const otherMachine: Transport = {
  ...localTransport(),
  async open(host, options) {
    return { ...(await localTransport().open(host, options)), machineId: () => 'another' };
  },
};
const bob = { nonce: 'b0b', run: 'bobs-run', host: 'desk', operator: 'bob@home', since: '2026-11-21T10:02:00Z' };

let desk: Desk;
let other: Connection;
const ask = async (command: ReturnType<typeof takeLock>): Promise<unknown> =>
  other.run({ label: someLabel, command, become: false, timeoutMs: 10_000 });
beforeEach(async () => {
  desk = openDesk();
  other = await localTransport().open(loopbackHost({ port: 22 }), { signal: new AbortController().signal });
});
afterEach(async () => {
  await ask(releaseLock(bob.nonce));
  await other.close();
  desk.clear();
});

const lock = { operator: 'ann@control' };
const kept = async (type: Event['type'], of = book): Promise<readonly Event[]> => {
  const { events } = await desk.run(of, withLines);
  const begun = events.findIndex((event) => event.type === 'fix.intent');
  const at = events.findIndex((event, index) => index >= begun && event.type === type) + 1;
  desk.clear();
  desk = openDesk();
  return killedAt(desk, of, at, true);
};

/** Why nobody can go on there, and how that is put right. */
const obstacles = [
  {
    what: 'its lock is held',
    stand: () => ask(takeLock({ ...bob, comment: '' })),
    how: {} satisfies Partial<ExecuteOptions>,
    said: 'locked by run bobs-run',
  },
  {
    what: 'another machine answers there',
    stand: async () => undefined,
    how: { transportFor: () => otherMachine } satisfies Partial<ExecuteOptions>,
    said: 'this is not the host of the run: its machine-id is another',
  },
];

for (const { what, stand, how, said } of obstacles) {
  describe(`a host with which a resume could not begin, since ${what}`, () => {
    const refused = async (of: typeof book, journal: readonly Event[]): Promise<[DeskRun, readonly Event[]]> => {
      await stand();
      const run = await resumed(desk, of, journal, { lock, ...how });
      expect(run.outcome.reason).toContain(said);
      await ask(releaseLock(bob.nonce));
      return [run, [...journal, ...run.events]];
    };

    it('is refused, its changes are named, and it is gone on with later', async () => {
      const [run, journal] = await refused(book, await kept('step.finished'));
      expect(run.outcome).toMatchObject({ verdict: 'refused', standing: ['echo one >> log'] });
      expect(run.exitCode).toBe(5);
      expect((await resumed(desk, book, journal, { lock })).outcome.verdict).toBe('fixed');
      expect(desk.read()).toEqual({ log: 'one\ntwo\n' });
    });

    it('is unknown where a fix was in flight, and no fix of it begins again', async () => {
      const [run, journal] = await refused(book, await kept('fix.intent'));
      expect(run.outcome).toMatchObject({ verdict: 'unknown', standing: ['echo one >> log'] });
      expect(run.exitCode).toBe(7);
      const [again, later] = await refused(book, journal);
      expect(again.exitCode).toBe(7);
      await resumed(desk, book, later, { lock });
      expect(desk.read()['log']?.match(/one/g) ?? []).toHaveLength(1);
    });

    it('is unknown where it was being taken back, and that goes on', async () => {
      const [run, journal] = await refused(failing, await kept('rollback.intent', failing));
      expect([run.outcome.verdict, run.exitCode]).toEqual(['unknown', 7]);
      expect((await resumed(desk, failing, journal, { lock })).outcome.verdict).toBe('rolled_back');
      expect(desk.read()).toEqual({ log: 'one\nback\n' });
    });
  });
}

it('another machine is refused at every try, also where the host had ended', async () => {
  const { events } = await desk.run(failing, withLines);
  const how = { lock, transportFor: () => otherMachine };
  let journal: readonly Event[] = events;
  for (let count = 0; count < 2; count += 1) {
    const run = await resumed(desk, failing, journal, how, 'failed');
    expect([run.outcome.verdict, run.exitCode]).toEqual(['refused', 5]);
    journal = [...journal, ...run.events];
  }
  const { outcome } = await resumed(desk, failing, journal, { lock }, 'failed');
  expect(outcome.verdict).toBe('rolled_back');
});
