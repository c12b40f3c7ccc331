import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { guardPack } from '../../src/load/user-packs/guard-pack.ts';
import { limitedLoad } from '../../src/load/user-packs/time-limit.ts';
import { defineAction, nothing, undo } from '../../src/model/action.ts';
import type { Answer } from '../../src/model/command.ts';
import { HostFailure } from '../../src/model/host-failure.ts';
import { defineProbe, type Inspector } from '../../src/model/probe.ts';
import { timeWanted } from '../../src/model/time-wanted.ts';
import { Unknown } from '../../src/model/unknown.ts';

const none = { type: 'object', properties: {} } as const;
const answer: Answer = { rc: 0, stdout: '', stderr: '', truncated: false, ms: 1 };
const host: Inspector = { since: 0, run: async () => answer };

/** What a probe with this `read` gives, once it is guarded. */
async function readBy(read: (host: Inspector) => Promise<unknown>, on: Inspector = host): Promise<unknown> {
  const probe = defineProbe({
    name: 'app.x',
    summary: 'S.',
    params: none,
    result: { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] },
    read: read as never,
  });
  const [guarded] = guardPack({ name: 'app', probes: [probe], actions: [] }).probes;
  return guarded?.read(on, {} as never);
}

const reasonOf = (value: unknown): string => (value instanceof Unknown ? value.reason : 'no unknown');

describe("a probe of an author's own pack", () => {
  it('gives what it declares', async () => expect(await readBy(async () => ({ n: 1 }))).toEqual({ n: 1 }));

  it('that throws is unknown on that host, with the place', async () => {
    const value = await readBy(async () => {
      throw new TypeError('x is undefined');
    });
    expect(reasonOf(value)).toMatch(/^app\.x is broken: TypeError: x is undefined/);
  });

  it.each([
    ['a text', 'no such app', "app.x is broken: it throws 'no such app'"],
    ['nothing', undefined, 'app.x is broken: it throws undefined'],
    ['an object', { code: 7 }, 'app.x is broken: it throws { code: 7 }'],
    [
      'what has no text',
      new Proxy(new Error(), {
        get: () => {
          throw new Error('no');
        },
      }),
      'app.x is broken: it throws something that has no text',
    ],
  ])('that throws %s is unknown on that host', async (_what, thrown, reason) => {
    const value = await readBy(async () => {
      throw thrown;
    });
    expect(reasonOf(value)).toBe(reason);
  });

  it.each([
    ['nothing to run', { argv: [] }],
    ['a text', 'ls'],
    ['words that are no texts', { argv: ['ls', 1] }],
  ])('that sends %s is told what a command is, with its own line', async (_what, command) => {
    const reason = reasonOf(await readBy(async (on) => on.run(command as never)));
    expect(reason).toContain("host.run: a command is { argv: ['id', '-u'] } or { script: 'id -u' }");
    expect(reason).not.toMatch(/check-command|render/);
  });

  it('that asks for a time the host has not told yet is left to the engine', async () => {
    const failed = readBy(async () => {
      throw timeWanted;
    });
    await expect(failed).rejects.toBe(timeWanted);
  });

  it.each([
    ['of another type', { n: 'one' }],
    ['without what is required', {}],
    ['with more than it declares', { n: 1, m: 2 }],
    ['that is nothing', undefined],
  ])('with a result %s is unknown', async (_what, value) => {
    expect(reasonOf(await readBy(async () => value))).toContain('its result does not fit what it declares');
  });

  it('leaves failures of the host to the engine', async () => {
    const failed = readBy(async () => {
      throw new HostFailure('lost', 'gone');
    });
    await expect(failed).rejects.toThrow(HostFailure);
  });

  it('counts as declared, not proved', () => {
    const probe = defineProbe({ name: 'a.b', summary: 'S.', params: none, result: none, read: async () => ({}) });
    expect(guardPack({ name: 'a', probes: [probe], actions: [] }).probes[0]?.declared).toBe(true);
  });
});

describe('the time of a pack', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  const never = (): Promise<never> => new Promise(() => {});

  it('is a minute where no call says otherwise', async () => {
    const reading = readBy(never);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(reasonOf(await reading)).toBe('app.x gives no answer, and asked nothing of the host for 1m00s');
  });

  it('begins anew with each answer of the host, however long that took', async () => {
    const slow: Inspector = {
      since: 0,
      timeoutMs: 1000,
      run: () => new Promise((give) => setTimeout(() => give(answer), 5000)),
    };
    const reading = readBy(async (on) => {
      await on.run({ argv: ['a'] });
      await on.run({ argv: ['b'] });
      return { n: 1 };
    }, slow);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await reading).toEqual({ n: 1 });
  });

  it('is over for good: what comes after it runs nothing on the host', async () => {
    const asked: unknown[] = [];
    const counting: Inspector = {
      ...host,
      run: async (command) => {
        asked.push(command);
        return answer;
      },
    };
    const reading = readBy(async (on) => {
      await new Promise((go) => setTimeout(go, 61_000));
      await on.run({ argv: ['late'] });
    }, counting);
    await vi.advanceTimersByTimeAsync(62_000);
    expect(reasonOf(await reading)).toContain('gives no answer');
    expect(asked).toEqual([]);
  });

  it('ends when nobody waits any more', async () => {
    const aborting = new AbortController();
    const reading = readBy(never, { ...host, signal: aborting.signal });
    aborting.abort();
    await expect(reading).rejects.toMatchObject({ phase: 'cancelled' });
  });

  it('is a minute to be loaded', async () => {
    const loading = expect(limitedLoad(never())).rejects.toThrow('it is not ready after 1m00s');
    await vi.advanceTimersByTimeAsync(60_000);
    await loading;
  });
});

describe("an action of an author's own pack", () => {
  const bad = (): never => {
    throw new Error('oops');
  };
  const whole = {
    name: 'app.do',
    summary: 'S.',
    params: none,
    inspect: async () => ({ now: 1 }),
    diff: () => ({ to: 2 }),
    describe: () => '1 → 2',
    touches: () => ['app'],
    apply: () => [{ argv: ['true'] as const }],
    rollback: undo<{ now: number }, { to: number }>(() => [{ argv: ['true'] }]),
  };
  const inspected = async (broken: object): Promise<unknown> => {
    const action = defineAction({ ...whole, ...broken });
    const [guarded] = guardPack({ name: 'app', probes: [], actions: [action] }).actions;
    return guarded?.inspect(host, {} as never);
  };

  it('gives its state', async () => expect(await inspected({})).toEqual({ now: 1 }));

  // Before anything has happened on the host: a mistake in `undo` found only when it is needed is found too late.
  it.each([
    ['diff', { diff: bad }],
    ['describe', { describe: bad }],
    ['touches', { touches: () => 'app' }],
    ['apply', { apply: bad }],
    ['apply', { apply: () => ['rm -rf /'] }],
    ['undo', { rollback: undo(bad) }],
    ['undo', { rollback: undo(() => [{ argv: ['a\0b'] }]) }],
  ])('that is wrong in %s is unknown when it is inspected', async (_member, broken) => {
    expect(reasonOf(await inspected(broken))).toMatch(/^app\.do is broken: /);
  });

  const afterOthers = async (diffAfter: unknown): Promise<unknown> => {
    const action = defineAction({ ...whole, diffAfter: diffAfter as never });
    const [guarded] = guardPack({ name: 'app', probes: [], actions: [action] }).actions;
    return guarded?.diffAfter?.({ now: 1 }, {} as never, ['file:/x']);
  };

  it('decides after others', async () => expect(await afterOthers(() => ({ to: 2 }))).toEqual({ to: 2 }));

  it('that throws when it decides after others is unknown', async () => {
    expect(reasonOf(await afterOthers(bad))).toMatch(/^app\.do is broken: Error: oops/);
  });

  it('whose change after others cannot be told, made or undone is unknown', async () => {
    const action = defineAction({ ...whole, diffAfter: () => ({ to: 3 }), apply: ({ to }) => (to === 3 ? bad() : []) });
    const [guarded] = guardPack({ name: 'app', probes: [], actions: [action] }).actions;
    expect(reasonOf(guarded?.diffAfter?.({ now: 1 }, {} as never, []))).toMatch(/^app\.do is broken: /);
  });

  it('that cannot say what it waits for waits for nothing, unless the host is lost', async () => {
    const busyBy = (busy: () => Promise<never>): Promise<string | undefined> | undefined => {
      const [guarded] = guardPack({ name: 'app', probes: [], actions: [defineAction({ ...whole, busy })] }).actions;
      return guarded?.busy?.(host, { to: 2 });
    };
    expect(await busyBy(async () => bad())).toBeUndefined();
    const lost = busyBy(async () => {
      throw new HostFailure('lost', 'gone');
    });
    await expect(lost).rejects.toThrow(HostFailure);
  });

  it('needs no undo where it declares none', async () => {
    expect(await inspected({ rollback: nothing('it is a test') })).toEqual({ now: 1 });
  });
});
