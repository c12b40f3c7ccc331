import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { ExecuteOptions } from '../../src/engine/execute-plan.ts';
import { readHistory } from '../../src/journal/read-history.ts';
import { validateParams } from '../../src/load/validate-call-params.ts';
import { defineAction, irreversible, nothing } from '../../src/model/action.ts';
import type { Event, EventSink } from '../../src/model/event.ts';
import { HostFailure } from '../../src/model/host-failure.ts';
import { canonicalJson } from '../../src/model/json.ts';
import { buildRegistry } from '../../src/model/pack.ts';
import type { Runbook, Step } from '../../src/model/runbook.ts';
import { Secret } from '../../src/model/secret.ts';
import type { Connection, Transport } from '../../src/model/transport.ts';
import { markerName } from '../../src/shell/marker-name.ts';
import { localTransport } from '../../src/transports/local.ts';
import { action, alternative, fix, runbook, step } from './build.ts';
import { type Desk, type DeskRun, openDesk } from './desk.ts';
import { claims, never, write } from './notes.ts';
import { notesPack } from './notes-pack.ts';

const markers = process.getuid?.() === 0 ? '/var/lib/mendgate' : join(homedir(), '.local/state/mendgate');

/** Files of all switches that this run armed, by what is in them. */
function left({ events }: Pick<DeskRun, 'events'>): readonly (readonly string[])[] {
  return events.flatMap((event) => {
    if (event.type !== 'fix.intent' || event.revertAfterMs === undefined) return [];
    const folder = join(markers, markerName(canonicalJson([...event.key, event.attempt, 'dead_man'])));
    return existsSync(folder) ? [readdirSync(folder).sort()] : [];
  });
}

/** Processes that wait for their time on behalf of these runs. */
function waiting({ events }: Pick<DeskRun, 'events'>): readonly string[] {
  const names = events.flatMap((event) =>
    event.type === 'fix.intent' ? [markerName(canonicalJson([...event.key, event.attempt, 'dead_man']))] : [],
  );
  return readdirSync('/proc').filter((pid) => {
    try {
      const words = /^\d+$/.test(pid) ? readFileSync(`/proc/${pid}/cmdline`, 'latin1') : '';
      return names.some((name) => words.includes(name));
    } catch {
      return false;
    }
  });
}

/** This machine behind a wire that is there only as long as the note `a` doesn't say `cut`. */
function behindNote(desk: () => Desk): Transport {
  const local = localTransport();
  const isCut = (): boolean => desk().read()['a'] === 'cut';
  const lost = (): HostFailure => new HostFailure('lost', 'the wire broke');
  return {
    ...local,
    async open(host, options) {
      if (isCut()) throw new HostFailure('tcp', 'connection refused');
      const connection: Connection = await local.open(host, options);
      let broken = false;
      return {
        ...connection,
        async run(request) {
          broken ||= isCut();
          if (broken) throw lost();
          return connection.run(request);
        },
        async fix(request) {
          broken ||= isCut();
          if (broken) return { kind: 'not_started', failure: lost() };
          const outcome = await connection.fix(request);
          broken ||= isCut();
          return broken ? { kind: 'unknown', failure: lost(), answers: [] } : outcome;
        },
      };
    },
  };
}

const risky = (value: string, more: Partial<Step> = {}, revertAfterMs = 60_000): Step =>
  step('s', {
    remediation: fix(write('a', value)),
    verify: claims('a', value),
    risky: { revertAfterMs },
    ...more,
  });

class Killed extends Error {}

async function killedAt(desk: Desk, book: Runbook, dies: (event: Event) => boolean, kept = true): Promise<Event[]> {
  const journal: Event[] = [];
  let dead = false;
  const sink: EventSink = (event) => {
    if (!dead && dies(event)) {
      dead = true;
      if (kept) journal.push(event);
    } else if (!dead) journal.push(event);
    if (dead) throw new Killed();
  };
  await expect(desk.run(book, { sinks: [sink] })).rejects.toThrow(Killed);
  return journal;
}

async function resumed(desk: Desk, book: Runbook, journal: readonly Event[]): Promise<DeskRun> {
  const history = readHistory(journal);
  const run = await desk.run(book, {
    resume: {
      run: history.run,
      startedAt: Date.parse(history.startedAt),
      lastSeq: history.lastSeq,
      operator: 'test',
      histories: new Map(history.hosts.map((host) => [host.host, host])),
      hosts: new Set(history.hosts.map(({ host }) => host)),
    },
  });
  return { ...run, events: [...journal, ...run.events] };
}

let desk: Desk;
afterEach(() => desk.clear());

describe('a risky fix', () => {
  it('stays when its claim holds over a new connection, and leaves nothing that would take it back', async () => {
    desk = openDesk({ a: 'old' });
    const run = await desk.run(runbook([risky('new')]));
    expect([run.outcome.verdict, run.step('s').result.outcome]).toEqual(['fixed', 'changed']);
    expect([desk.read(), left(run), waiting(run)]).toEqual([{ a: 'new' }, [], []]);
  });

  it('is shown in the plan with its time', async () => {
    desk = openDesk({ a: 'old' });
    const run = await desk.run(runbook([risky('new', {}, 120_000)]), { mode: 'dry_run' });
    expect(run.step('s').items[0]).toMatchObject({ result: { outcome: 'would_change' }, revertAfterMs: 120_000 });
    expect(left(run)).toEqual([]);
  });

  it('is taken back at once, by the host, when its claim does not hold', async () => {
    desk = openDesk({ a: 'old' });
    const begun = Date.now();
    const run = await desk.run(runbook([risky('new', { verify: never })]));
    expect(Date.now() - begun).toBeLessThan(30_000);
    expect(run.step('s').result.outcome).toBe('rolled_back');
    expect(run.step('s').result.reason).not.toContain('by itself');
    expect([desk.read(), waiting(run)]).toEqual([{ a: 'old' }, []]);
  });

  it.each([
    ['its last look', { onFailure: 'rollback' }],
    ['and with it all of the run', { onFailure: 'rollback_all' }],
  ] as const)(
    'that cuts its own host off is taken back by it: %s',
    async (_what, more) => {
      desk = openDesk({ a: 'old', b: 'old' });
      const transport = behindNote(() => desk);
      const begun = Date.now();
      const run = await desk.run(
        runbook([step('first', { remediation: fix(write('b', 'new')) }), risky('cut', more, 4000)]),
        { transportFor: () => transport },
      );
      expect(run.step('s').result).toMatchObject({ outcome: 'rolled_back' });
      expect(run.step('s').result.reason).toContain('the host reverted by itself');
      expect(run.outcome.verdict).toBe('rolled_back');
      expect(Date.now() - begun).toBeLessThan(25_000);
      expect(desk.read()).toEqual({ a: 'old', b: more.onFailure === 'rollback_all' ? 'old' : 'new' });
      expect(waiting(run)).toEqual([]);
      const back = run.events.filter((event) => event.type === 'rollback.result');
      expect(back[0]).toMatchObject({ done: true, reason: 'the host reverted by itself' });
    },
    60_000,
  );

  it('that was confirmed too late is not counted on', async () => {
    desk = openDesk({ a: 'old' });
    const local = localTransport();
    const slow: Transport = {
      ...local,
      async open(host, options) {
        const connection = await local.open(host, options);
        return {
          ...connection,
          async run(request) {
            const answer = await connection.run(request);
            if (request.label.kind === 'probe') await sleep(3000);
            return answer;
          },
        };
      },
    };
    const run = await desk.run(runbook([risky('new', {}, 2000)]), { transportFor: () => slow });
    expect(run.step('s').result).toMatchObject({ outcome: 'rolled_back' });
    expect(run.step('s').result.reason).toContain('the host reverted by itself');
    expect([desk.read(), waiting(run)]).toEqual([{ a: 'old' }, []]);
  });

  it('among alternatives gives way to the next when it does not help', async () => {
    desk = openDesk({ a: 'old' });
    const both = [
      alternative('narrow', [write('a', 'half')], { verify: never, risky: { revertAfterMs: 60_000 } }),
      alternative('wide', [write('a', 'new')], { verify: claims('a', 'new'), risky: { revertAfterMs: 60_000 } }),
    ];
    const run = await desk.run(runbook([step('s', { remediation: { kind: 'alternatives', alternatives: both } })]));
    expect([run.step('s').result.outcome, desk.read(), waiting(run)]).toEqual(['changed', { a: 'new' }, []]);
  });

  it('is taken back later in the ordinary way: nothing waits for it any more', async () => {
    desk = openDesk({ a: 'old' });
    const run = await desk.run(
      runbook([
        risky('new'),
        step('t', { remediation: fix(write('b', 'x')), verify: never, onFailure: 'rollback_all' }),
      ]),
    );
    expect([run.outcome.verdict, desk.read()]).toEqual(['rolled_back', { a: 'old' }]);
  });
});

describe('a risky fix whose run dies', () => {
  it('is taken back by the host; resume finds that, says so, and makes nothing again', async () => {
    desk = openDesk({ a: 'old' });
    const book = runbook([risky('new', {}, 2000)]);
    const journal = await killedAt(desk, book, (event) => event.type === 'fix.result');
    expect(desk.read()).toEqual({ a: 'new' });
    await expect.poll(() => desk.read(), { timeout: 7000 }).toEqual({ a: 'old' });
    const run = await resumed(desk, book, journal);
    expect(run.step('s').result).toMatchObject({ outcome: 'rolled_back' });
    expect(run.step('s').result.reason).toContain('the host reverted by itself');
    expect([run.outcome.verdict, desk.read(), waiting(run)]).toEqual(['rolled_back', { a: 'old' }, []]);
    expect(run.events.filter((event) => event.type === 'fix.intent')).toHaveLength(1);
  });

  it('is taken back by the host also when nobody wrote down that it was made', async () => {
    desk = openDesk({ a: 'old' });
    const book = runbook([risky('new', {}, 2000)]);
    const journal = await killedAt(desk, book, (event) => event.type === 'fix.result', false);
    await expect.poll(() => desk.read(), { timeout: 7000 }).toEqual({ a: 'old' });
    const run = await resumed(desk, book, journal);
    expect(run.step('s').result).toMatchObject({ outcome: 'rolled_back' });
    expect(desk.read()).toEqual({ a: 'old' });
    expect(run.events.filter((event) => event.type === 'fix.intent')).toHaveLength(1);
  });

  /** Runs it, and then again and again, killed at each event after its intent, with that event kept and lost; resumes each. */
  async function killedEverywhere(
    book: Runbook,
    look: (run: Awaited<ReturnType<typeof resumed>>, what: string) => void,
  ): Promise<void> {
    desk = openDesk({ a: 'old' });
    const { events } = await desk.run(book);
    desk.clear();
    const first = events.findIndex((event) => event.type === 'fix.intent');
    for (let at = first + 1; at < events.length; at += 1) {
      for (const kept of [true, false]) {
        desk = openDesk({ a: 'old' });
        const journal = await killedAt(desk, book, ({ seq }) => seq >= at, kept);
        look(await resumed(desk, book, journal), `died at ${events[at - 1]?.type}${kept ? '' : ', which is lost'}`);
        desk.clear();
      }
    }
  }

  it('goes on from wherever it died, as long as there is time: confirmed once, and nothing waits any more', async () => {
    await killedEverywhere(runbook([risky('new')]), (run, what) => {
      expect([run.outcome.verdict, desk.read()], what).toEqual([expect.stringMatching(/fixed|healthy/), { a: 'new' }]);
      expect([left(run), waiting(run)], what).toEqual([[], []]);
    });
  }, 240_000);

  it('is taken back once, wherever its rollback died', async () => {
    await killedEverywhere(runbook([risky('new', { verify: never })]), (run, what) => {
      expect([run.outcome.verdict, desk.read(), waiting(run)], what).toEqual(['rolled_back', { a: 'old' }, []]);
    });
  }, 240_000);
});

const oneOf = {
  type: 'object',
  properties: { text: { type: 'string', secret: true } },
  required: ['text'],
} as const;
const said = defineAction({
  name: 'bell.rung',
  summary: 'It was said.',
  params: oneOf,
  touches: () => ['bell'],
  inspect: async () => ({}),
  diff: (_state: object, { text }): { readonly text: Secret } => ({ text: new Secret(String(text)) }),
  describe: () => 'it is said',
  apply: ({ text }) => [{ argv: ['sh', '-c', 'cat >/dev/null'], stdin: text }],
  converges: false,
  rollback: nothing('it was said'),
});
const burnt = defineAction({
  name: 'bridge.burnt',
  summary: 'A bridge is burnt.',
  params: oneOf,
  touches: () => ['bridge'],
  inspect: async () => ({}),
  diff: (_state: object, { text }): string => String(text),
  describe: () => 'a bridge burns',
  apply: () => [{ argv: ['true'] }],
  converges: false,
  rollback: irreversible('it is ashes'),
});
const registry = buildRegistry([notesPack, { name: 'bells', probes: [], actions: [said, burnt] }]);
const withBells: Partial<ExecuteOptions> = {
  registry,
  validate: (kind, name, given) => validateParams(kind, name, given, registry),
};

describe('a risky fix that its host could not take back by itself is refused, in the dry run as in the real one', () => {
  const rows: readonly (readonly [string, Partial<Step>, string])[] = [
    [
      'a change holds a secret',
      { remediation: fix(action('bell.rung', { text: 'hunter2hunter2' })) },
      'a secret is part of',
    ],
    ['a change cannot be undone', { remediation: fix(action('bridge.burnt', { text: 'x' })) }, 'it is ashes'],
    [
      'it runs as two users',
      { remediation: fix(write('a', 'new'), { ...write('b', 'new'), become: 'root' }) },
      'run as one user',
    ],
    [
      'its rollback holds a secret',
      {
        remediation: fix(write('a', 'new')),
        rollback: { kind: 'calls', calls: [action('bell.rung', { text: 'hunter2hunter2' })] },
      },
      'a secret is part of',
    ],
  ];
  it.each(rows)('%s', async (_what, more, why) => {
    desk = openDesk({ a: 'old' });
    const book = runbook([risky('new', more)]);
    for (const mode of ['dry_run', 'apply'] as const) {
      const run = await desk.run(book, { ...withBells, mode });
      expect(run.step('s').result).toMatchObject({ outcome: 'failed' });
      expect(run.step('s').result.reason).toContain(why);
    }
    expect(desk.read()).toEqual({ a: 'old' });
  });
});
