import { describe, expect, it } from 'vitest';
import { fixKey, keyText } from '../../src/engine/fix-key.ts';
import { type FixWait, recoverFix } from '../../src/engine/recover-fix.ts';
import type { StepPlace } from '../../src/engine/step-place.ts';
import type { Clock } from '../../src/model/clock.ts';
import { type FailurePhase, HostFailure } from '../../src/model/host-failure.ts';
import type { AdoptRequest, Connection, FixOutcome, FixRequest, LaneRequest } from '../../src/model/transport.ts';

const boot = 'boot-1';
const request: FixRequest = { parts: [], become: 'root', timeoutMs: 60_000, key: 'k' };
const failure = (phase: FailurePhase): HostFailure => new HostFailure(phase, `failed: ${phase}`);
const unknown = (phase: FailurePhase, more: { readonly asked?: true } = {}): FixOutcome => ({
  kind: 'unknown',
  failure: failure(phase),
  answers: [],
  ...more,
});
const ended: FixOutcome = { kind: 'ended', answers: [], adopted: true };
const notStarted = (phase: FailurePhase): FixOutcome => ({ kind: 'not_started', failure: failure(phase) });

/** A host in four lists: what the fix comes to, how reaching it again goes, what it says when asked, and a clock that jumps. */
async function recover(script: {
  readonly fix: FixOutcome;
  readonly reopen?: readonly (FailurePhase | 'up')[];
  readonly adopt?: readonly FixOutcome[];
  readonly request?: FixRequest;
  readonly aborted?: boolean;
  /** Nothing has run on this connection before the fix. */
  readonly untouched?: boolean;
}) {
  const reopens = [...(script.reopen ?? [])];
  const answers = [...(script.adopt ?? [])];
  const asked: AdoptRequest[] = [];
  let now = 0;
  let opened = 0;
  let knowsBoot = script.untouched !== true;
  const ran: LaneRequest[] = [];
  const waits: FixWait[] = [];
  const clock: Clock = {
    now: () => now,
    monotonic: () => now,
    sleep: async (ms) => {
      now += ms;
    },
  };
  const connection: Connection = {
    hostKey: undefined,
    run(one) {
      ran.push(one);
      return Promise.reject(failure('lost'));
    },
    async fix() {
      knowsBoot = true;
      return script.fix;
    },
    async adopt(one) {
      asked.push(one);
      if (asked.length > 1000) throw new Error('asked without end');
      return answers.shift() ?? unknown('lost');
    },
    bootId: () => (knowsBoot ? boot : undefined),
    async close() {},
  };
  const outcome = await recoverFix(script.request ?? request, {
    current: () => connection,
    async reopen() {
      opened += 1;
      const how = reopens.length > 1 ? reopens.shift() : reopens[0];
      if (how !== 'up') throw failure(how ?? 'tcp');
    },
    clock,
    signal: script.aborted === true ? AbortSignal.abort() : new AbortController().signal,
    waits: async (wait) => void waits.push(wait),
  });
  return { outcome, asked, opened, ran, waits, waited: now };
}

describe('a fix whose wire broke', () => {
  it('is asked for by its key, as the same user, with the boot it was sent in', async () => {
    const { outcome, asked } = await recover({ fix: unknown('lost'), reopen: ['up'], adopt: [ended] });
    expect(outcome).toBe(ended);
    expect(asked).toEqual([{ key: 'k', become: 'root', timeoutMs: 70_000, bootId: boot }]);
  });

  it('is proved not started when the host says so', async () => {
    const { outcome } = await recover({ fix: unknown('lost'), reopen: ['up'], adopt: [notStarted('lost')] });
    expect(outcome).toMatchObject({ kind: 'not_started', failure: { phase: 'lost' } });
  });

  it('is never believed not to have begun when it was heard to', async () => {
    const begun: FixOutcome = { kind: 'unknown', failure: failure('lost'), answers: [], begun: true };
    const { outcome, asked } = await recover({ fix: begun, reopen: ['up'], adopt: [notStarted('lost')] });
    expect(outcome).toMatchObject({ kind: 'unknown', asked: true });
    expect(outcome.kind === 'unknown' && outcome.failure.message).toContain('the host has no marker of it any more');
    expect(asked).toHaveLength(1);
  });

  it('is asked for again when the wire breaks during the question', async () => {
    const { outcome, asked } = await recover({ fix: unknown('lost'), reopen: ['up'], adopt: [unknown('lost'), ended] });
    expect(outcome).toBe(ended);
    expect(asked).toHaveLength(2);
  });

  it('waits for a host that comes back', async () => {
    const { outcome, opened, waited } = await recover({
      fix: unknown('shell'),
      reopen: ['tcp', 'banner', 'kex', 'up'],
      adopt: [ended],
    });
    expect(outcome).toBe(ended);
    expect(opened).toBe(4);
    expect(waited).toBe(250 + 500 + 1000);
  });

  it('is waited for as long as its commands may take, not only as its step', async () => {
    const commands = [{ argv: ['install'] as const, timeoutMs: 900_000, unkillable: true as const }];
    const parts = [{ label: { kind: 'apply', name: 'package', params: {} } as const, commands }];
    const { asked } = await recover({
      fix: unknown('lost'),
      reopen: ['up'],
      adopt: [ended],
      request: { ...request, parts },
    });
    expect(asked[0]?.timeoutMs).toBeGreaterThanOrEqual(900_000);
  });

  it('is asked for with growing pauses when the host can be reached and gives no answer', async () => {
    const { outcome, asked, waited } = await recover({
      fix: unknown('lost'),
      reopen: ['up'],
      adopt: Array.from({ length: 2000 }, () => unknown('host_storage')),
    });
    expect(outcome.kind).toBe('unknown');
    expect(asked.length).toBeLessThan(15);
    expect(waited).toBeGreaterThan(30_000);
  });

  it('is asked for with the boot it greeted from, when nothing had run before it', async () => {
    const { asked } = await recover({ fix: unknown('lost'), reopen: ['up'], adopt: [ended], untouched: true });
    expect(asked[0]?.bootId).toBe(boot);
  });

  it('keeps the answers that came over the wire when the host has fewer', async () => {
    const answer = { rc: 0, stdout: 'one', stderr: '', truncated: false, ms: 1 };
    const lost = { kind: 'unknown', failure: failure('lost'), answers: [answer] } as const;
    const { outcome } = await recover({ fix: lost, reopen: ['up'], adopt: [unknown('shell', { asked: true })] });
    expect(outcome).toMatchObject({ kind: 'unknown', answers: [answer] });
  });

  it('whose record on the host has gaps is unknown, not done', async () => {
    const commands = [{ argv: ['one'] as const }, { argv: ['two'] as const }];
    const parts = [{ label: { kind: 'apply', name: 'x', params: {} } as const, commands }];
    const answer = { rc: 0, stdout: '', stderr: '', truncated: true, ms: 0 };
    const half = { kind: 'ended', answers: [answer], adopted: true } as const;
    const { outcome } = await recover({
      fix: unknown('lost'),
      reopen: ['up'],
      adopt: [half],
      request: { ...request, parts },
    });
    expect(outcome).toMatchObject({ kind: 'unknown', failure: { message: expect.stringContaining('has gaps') } });
  });

  it('tells of its waits: for another wire, and for the host’s answer', async () => {
    const { waits } = await recover({ fix: unknown('lost'), reopen: ['tcp', 'tcp', 'tcp', 'up'], adopt: [ended] });
    expect(waits).toEqual([
      {
        reason: 'the connection broke, and there is no new one yet: failed: tcp',
        waitedMs: 750,
        nextMs: 1000,
        leftMs: 59_250,
      },
      {
        reason: 'failed: lost; the host is asked what became of the fix',
        waitedMs: 1750,
        nextMs: 68_250,
        leftMs: 68_250,
      },
    ]);
  });

  it('stays unknown with both reasons when the host knows no more', async () => {
    const { outcome } = await recover({
      fix: unknown('lost'),
      reopen: ['up'],
      adopt: [unknown('shell', { asked: true })],
    });
    expect(outcome).toMatchObject({
      kind: 'unknown',
      failure: { phase: 'lost', message: 'failed: lost; asked later: failed: shell' },
    });
  });

  it('stays unknown when the host does not come back within its time', async () => {
    const { outcome, asked, waited } = await recover({ fix: unknown('lost'), reopen: ['tcp'] });
    expect(outcome).toMatchObject({
      kind: 'unknown',
      failure: { message: expect.stringContaining('could not be asked') },
    });
    expect(asked).toEqual([]);
    expect(waited).toBeLessThanOrEqual(60_000);
    expect(waited).toBeGreaterThan(45_000);
  });

  it.each(['auth', 'host_key', 'become'] as const)(
    'gives up at once where another attempt cannot help: %s',
    async (phase) => {
      const { outcome, opened } = await recover({ fix: unknown('lost'), reopen: [phase] });
      expect(outcome.kind).toBe('unknown');
      expect(opened).toBe(1);
    },
  );

  it.each([
    ['it ended', { fix: ended }],
    ['the host itself said how it stands', { fix: unknown('timeout', { asked: true }) }],
    ['the connection was closed on purpose', { fix: unknown('cancelled') }],
    ['the run is aborted', { fix: unknown('lost'), aborted: true }],
    [
      'it has no key',
      { fix: unknown('lost'), request: { ...request, key: undefined } as unknown as FixRequest, reopen: ['up'] },
    ],
    ['it was refused for a reason of its own', { fix: notStarted('host_storage') }],
  ] as const)('is not asked for when %s', async (_why, script) => {
    const { outcome, asked } = await recover(script);
    expect(outcome).toBe(script.fix);
    expect(asked).toEqual([]);
  });

  it('that was never sent learns the boot before another attempt, which may break too', async () => {
    const { ran } = await recover({ fix: notStarted('lost'), reopen: ['up'] });
    expect(ran.map(({ label }) => label.kind)).toEqual(['boot_id']);
  });

  it('that was never sent is not asked for; the wire is made anew for another attempt', async () => {
    const { outcome, asked, opened } = await recover({ fix: notStarted('lost'), reopen: ['tcp', 'up'] });
    expect({ outcome, asked, opened }).toMatchObject({ outcome: notStarted('lost'), asked: [], opened: 2 });
    const gone = await recover({ fix: notStarted('lost'), reopen: ['auth'] });
    expect(gone.outcome).toMatchObject({ kind: 'not_started', failure: { phase: 'auth' }, lost: true });
  });
});

describe("a fix's key", () => {
  const place = (more: object): StepPlace =>
    ({
      run: { parts: { runId: 'r' }, planned: { host: { name: 'h' } } },
      within: '',
      id: 's',
      item: undefined,
      ...more,
    }) as unknown as StepPlace;

  it('is another one for another run, host, step, alternative, item, attempt or script', () => {
    const keys = [
      [...fixKey(place({}), undefined), 1, 0],
      [...fixKey(place({}), undefined), 1, 1],
      [...fixKey(place({}), undefined), 2, 0],
      [...fixKey(place({}), undefined), 'undo', 1, 0],
      [...fixKey(place({}), 'wide'), 1, 0],
      [...fixKey(place({ id: 't' }), undefined), 1, 0],
      [...fixKey(place({ within: 'u[1]/' }), undefined), 1, 0],
      [...fixKey(place({ item: null }), undefined), 1, 0],
      [...fixKey(place({ item: 'a' }), undefined), 1, 0],
      [...fixKey(place({ run: { parts: { runId: 'r' }, planned: { host: { name: 'i' } } } }), undefined), 1, 0],
      [...fixKey(place({ run: { parts: { runId: 'q' }, planned: { host: { name: 'h' } } } }), undefined), 1, 0],
    ].map(keyText);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it("does not depend on the order of an item's fields", () => {
    const [one, two] = [
      { a: 1, b: 2 },
      { b: 2, a: 1 },
    ].map((item) => keyText(fixKey(place({ item }), undefined)));
    expect(one).toBe(two);
  });
});
