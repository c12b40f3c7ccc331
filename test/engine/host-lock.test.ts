import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Answer } from '../../src/model/command.ts';
import type { Event } from '../../src/model/event.ts';
import type { Connection, Transport } from '../../src/model/transport.ts';
import { lookAtLock, releaseLock, removeLock, takeLock } from '../../src/shell/host-lock.ts';
import { type LockReply, readLockReply } from '../../src/shell/host-lock-reply.ts';
import { localTransport } from '../../src/transports/local.ts';
import { loopbackHost, someLabel } from '../transports/hosts.ts';
import { check, cond, fix, runbook, step } from './build.ts';
import { type Desk, openDesk } from './desk.ts';
import { reads, write } from './notes.ts';

const lock = { operator: 'ann@control', comment: 'patch day' };
const bob = {
  nonce: 'b0b',
  run: 'bobs-run',
  host: 'desk',
  operator: 'bob@home',
  since: '2026-11-21T10:02:00Z',
  comment: '',
};

let desk: Desk;
let other: Connection;
beforeEach(async () => {
  desk = openDesk({ a: 'old', b: 'old' });
  other = await localTransport().open(loopbackHost({ port: 22 }), { signal: new AbortController().signal });
});
afterEach(async () => {
  await ask(releaseLock(bob.nonce));
  await other.close();
  desk.clear();
});

/** Another controller at the same host. */
const ask = async (command: ReturnType<typeof takeLock>): Promise<LockReply | undefined> => {
  const { stdout } = await other.run({ label: someLabel, command, become: false, timeoutMs: 10_000 });
  return readLockReply(stdout);
};

const book = runbook([
  step('one', { remediation: fix(write('a', 'new')) }),
  step('two', { remediation: fix(write('b', 'new')) }),
]);

describe('the lock of a host', () => {
  it('is held from before the first intent to the end, and given back', async () => {
    const held: (string | undefined)[] = [];
    const look = async (event: Event): Promise<void> => {
      if (event.type !== 'fix.intent' && event.type !== 'step.finished') return;
      const reply = await ask(lookAtLock());
      held.push(reply?.kind === 'held' ? `${event.type} ${reply.owner.operator} ${reply.owner.comment}` : reply?.kind);
    };
    const run = await desk.run(book, { mode: 'ask', lock, sinks: [look] });
    expect(run.outcome.verdict).toBe('fixed');
    expect(held.filter((text) => text?.startsWith('fix.intent'))).toEqual(
      Array(2).fill('fix.intent ann@control patch day'),
    );
    expect(held.at(-1)).toBe('step.finished ann@control patch day');
    expect(await ask(lookAtLock())).toEqual({ kind: 'free' });
  });

  it('of another run keeps this one away: refused, exit 5, nothing begun', async () => {
    await ask(takeLock(bob));
    const run = await desk.run(book, { lock });
    expect(run.outcome).toMatchObject({ verdict: 'refused' });
    expect(run.outcome.reason).toContain(
      'locked by run bobs-run of bob@home since 2026-11-21 10:02 UTC; mendgate unlock -l desk --nonce b0b',
    );
    expect(run.exitCode).toBe(5);
    expect(run.events.some(({ type }) => type === 'fix.intent')).toBe(false);
    expect(desk.read()).toEqual({ a: 'old', b: 'old' });
    expect(await ask(lookAtLock())).toMatchObject({ kind: 'held', owner: { run: 'bobs-run' } });
  });

  it('is a note in a dry run, which leaves it alone', async () => {
    expect((await desk.run(book, { mode: 'dry_run', lock })).plans[0]?.notes).toEqual([]);
    await ask(takeLock(bob));
    const run = await desk.run(book, { mode: 'dry_run', lock });
    expect(run.outcome.verdict).toBe('would_fix');
    expect(run.plans[0]?.notes).toEqual([
      'locked by run bobs-run of bob@home since 2026-11-21 10:02 UTC: a real run would be refused now',
    ]);
  });

  it('moves to a new connection, and no fix begins once somebody else has it', async () => {
    const fresh = check([reads('now', 'a')], cond('now.text == "new"'), { fresh: true });
    const [first, second] = book.steps;
    if (first === undefined || second === undefined) throw new Error('two steps');
    const whole = runbook([{ ...first, verify: fresh }, second]);
    expect((await desk.run(whole, { lock })).outcome.verdict).toBe('fixed');
    desk.write('a', 'old');
    desk.write('b', 'old');
    const steal = async (event: Event): Promise<void> => {
      if (event.type !== 'fix.result' || event.step !== 'one') return;
      const found = await ask(lookAtLock());
      if (found?.kind !== 'held') throw new Error('it is not held');
      await ask(removeLock(found.owner.nonce, 'c0ffee', true));
      await ask(takeLock(bob));
    };
    const run = await desk.run(whole, { lock, sinks: [steal] });
    expect(run.outcome).toMatchObject({ verdict: 'refused' });
    expect(desk.read()).toEqual({ a: 'new', b: 'old' });
  });

  it('is asked for together with what is looked at, not before it', async () => {
    const log: string[] = [];
    const transport: Transport = {
      name: 'local',
      close: async () => {},
      async open(host, options) {
        const connection = await localTransport().open(host, options);
        return {
          ...connection,
          async run(request): Promise<Answer> {
            const name = request.label.kind === 'lock' ? request.label.name : request.label.kind;
            log.push(`> ${name}`);
            const answer = await connection.run(request);
            log.push(`< ${name}`);
            return answer;
          },
        };
      },
    };
    await desk.run(book, { mode: 'ask', lock, transportFor: () => transport });
    const after = log.slice(log.indexOf('> take'));
    expect(after.indexOf('> inspect')).toBeGreaterThan(0);
    expect(after.indexOf('> inspect')).toBeLessThan(after.indexOf('< take'));
    expect(log.filter((line) => line === '> take')).toHaveLength(1);
    expect(log.at(-1)).toBe('< release');
  });
});
