import { afterEach, describe, expect, it } from 'vitest';
import { approvedWalker } from '../../src/engine/approved-walk.ts';
import type { Approval } from '../../src/engine/host-run.ts';
import type { Runbook } from '../../src/model/runbook.ts';
import type { SavedHost } from '../../src/model/saved-plan.ts';
import { systemClock } from '../../src/transports/clock.ts';
import { localTransport } from '../../src/transports/local.ts';
import { action, alternative, check, cond, fix, runbook, step, symptom } from './build.ts';
import { type Desk, openDesk } from './desk.ts';
import { claims, never, reads, says, write } from './notes.ts';

const pain = symptom(
  [reads('first', 'pain')],
  cond('first.text == "ouch"'),
  check([reads('now', 'pain')], cond('now.text != "ouch"')),
);
const mends = runbook(
  [
    step('note', { remediation: fix(write('a', 'new')), verify: claims('a', 'new') }),
    step('cure', { remediation: fix(write('pain', 'none')) }),
  ],
  { symptom: pain },
);

let desk: Desk;
afterEach(() => desk.clear());

/** The desk as a dry run finds it, as its file would have it. */
async function planned(book: Runbook, more: Partial<SavedHost> = {}): Promise<SavedHost> {
  const { plans } = await desk.run(book, { mode: 'dry_run' });
  const saved = { host: 'desk', address: 'localhost', port: 22, params: {}, plan: plans[0], ...more };
  return JSON.parse(JSON.stringify(saved)) as SavedHost;
}

async function apply(book: Runbook, saved: SavedHost, take: () => Promise<string | undefined> = async () => undefined) {
  const asked: Approval[] = [];
  const run = await desk.run(book, {
    kind: 'apply',
    walker: approvedWalker({ hosts: new Map([[saved.host, saved]]), redact: (plan) => plan, take }),
    approve: async (approval) => {
      asked.push(approval);
      return false;
    },
  });
  return { ...run, asked, fixes: run.events.filter((event) => event.type === 'fix.intent').length };
}

describe('a saved plan', () => {
  it('is carried out where all is as it was', async () => {
    desk = openDesk({ a: 'old', pain: 'ouch' });
    const run = await apply(mends, await planned(mends));
    expect([run.outcome.verdict, run.exitCode]).toEqual(['fixed', 0]);
    expect(desk.read()).toEqual({ a: 'new', pain: 'none' });
  });

  it('is refused where somebody changed what it would change, and the difference is named', async () => {
    desk = openDesk({ a: 'old', pain: 'ouch' });
    const saved = await planned(mends);
    desk.write('a', 'by hand');
    const run = await apply(mends, saved);
    expect([run.outcome.verdict, run.exitCode, run.fixes]).toEqual(['refused', 5, 0]);
    expect(run.outcome.reason).toBe('not as it was when the plan was made: a: text: "old" → "by hand"');
    expect(desk.read()).toEqual({ a: 'by hand', pain: 'ouch' });
  });

  it('is refused where it is done already', async () => {
    desk = openDesk({ a: 'old', pain: 'ouch' });
    const saved = await planned(mends);
    desk.write('a', 'new');
    desk.write('pain', 'none');
    const run = await apply(mends, saved);
    expect(run.outcome.verdict).toBe('refused');
    expect(run.outcome.reason).toContain('step note: no longer due: a: "old" → "new"');
    expect(run.outcome.reason).toMatch(/; and \d more$/);
  });

  it('is refused where something it only read has changed', async () => {
    desk = openDesk({ a: 'old', why: 'this', pain: 'ouch' });
    const book = runbook(
      [
        step('cure', {
          probes: [reads('seen', 'why')],
          gate: cond('seen.exists'),
          remediation: fix(write('pain', 'none')),
        }),
      ],
      { symptom: pain },
    );
    const saved = await planned(book);
    desk.write('why', 'that');
    const run = await apply(book, saved);
    expect(run.outcome.reason).toContain('cure.seen.text: "this" → "that"');
    expect(run.fixes).toBe(0);
  });

  it('is refused on another machine under the same name', async () => {
    desk = openDesk({ a: 'old', pain: 'ouch' });
    const run = await apply(mends, await planned(mends, { machineId: 'f'.repeat(32) }));
    expect([run.outcome.verdict, run.fixes]).toEqual(['refused', 0]);
    expect(run.outcome.reason).toContain('this is not the machine of the plan');
  });

  it('is refused, before anything is looked at, where another host key answers', async () => {
    desk = openDesk({ a: 'old', pain: 'ouch' });
    const saved = await planned(mends, { hostKey: 'SHA256:then' });
    const transport = localTransport();
    const run = await desk.run(mends, {
      walker: approvedWalker({
        hosts: new Map([['desk', saved]]),
        redact: (plan) => plan,
        take: async () => undefined,
      }),
      transportFor: () => ({
        ...transport,
        open: async (host, options) => ({ ...(await transport.open(host, options)), hostKey: 'SHA256:now' }),
      }),
    });
    expect(run.outcome.reason).toBe('this is not the host of the plan: its key is SHA256:now, it was SHA256:then');
    expect(run.events.some((event) => event.type === 'probe.read')).toBe(false);
  });

  it('is taken once, before the first change; who cannot have it changes nothing', async () => {
    desk = openDesk({ a: 'old', pain: 'ouch' });
    const saved = await planned(mends);
    const seen: object[] = [];
    const late = await apply(mends, saved, async () => {
      seen.push(desk.read());
      return 'the plan was used';
    });
    expect(seen).toEqual([{ a: 'old', pain: 'ouch' }]);
    expect([late.outcome.verdict, late.outcome.reason, late.fixes]).toEqual(['refused', 'the plan was used', 0]);
  });

  it('is not taken where every host is refused: it can be tried again once they are as they were', async () => {
    desk = openDesk({ a: 'old', pain: 'ouch' });
    const saved = await planned(mends);
    desk.write('a', 'by hand');
    let taken = 0;
    await apply(mends, saved, async () => {
      taken += 1;
      return undefined;
    });
    expect(taken).toBe(0);
  });

  it('answers what it showed to be asked for, and what it showed to be irreversible', async () => {
    desk = openDesk({ a: 'old', pain: 'ouch' });
    const book = runbook(
      [
        step('note', {
          confirm: 'Write it?',
          remediation: fix(write('a', 'new')),
          rollback: { kind: 'irreversible', why: 'it is gone' },
        }),
        step('cure', { remediation: fix(write('pain', 'none')) }),
      ],
      { symptom: pain },
    );
    const run = await apply(book, await planned(book));
    expect([run.outcome.verdict, run.asked]).toEqual(['fixed', []]);
  });

  it('does not answer for an alternative that it only named', async () => {
    desk = openDesk({ a: 'old', pain: 'ouch' });
    const book = runbook(
      [
        step('try', {
          remediation: {
            kind: 'alternatives',
            alternatives: [
              alternative('one', [action('note.idle', says('a', 'x'))], { verify: never }),
              alternative('two', [write('pain', 'none')], { confirm: 'Really?' }),
            ],
          },
        }),
      ],
      { symptom: pain },
    );
    const run = await apply(book, await planned(book));
    expect(run.asked).toEqual([{ kind: 'confirm', text: 'Really?', host: 'desk' }]);
    expect(desk.read()).toEqual({ a: 'old', pain: 'ouch' });
  });
});

describe('the event of a connection', () => {
  it('comes before all that was learned over it, and says which machine and boot it is', async () => {
    desk = openDesk({ a: 'old', pain: 'ouch' });
    const { events } = await desk.run(mends, { clock: systemClock });
    const types = events.map((event) => event.type);
    expect(types.slice(0, 3)).toEqual(['run.started', 'host.connecting', 'host.connected']);
    expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index + 1));
    const connected = events.find((event) => event.type === 'host.connected');
    expect(connected).toMatchObject({ bootId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    expect(connected?.machineId ?? '0'.repeat(32)).toMatch(/^[0-9a-f]{32}$/);
  });
});
