import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../src/engine/redact.ts';
import { collectPlan } from '../../src/journal/collect-plan.ts';
import { planProblem } from '../../src/journal/plan-problem.ts';
import { planText, readPlanText } from '../../src/journal/plan-text.ts';
import type { Event } from '../../src/model/event.ts';
import type { Snapshot } from '../../src/model/plan.ts';
import { Secret } from '../../src/model/secret.ts';
import { hostPlan, request, saved } from './plans.ts';
import { numbered, started } from './rig.ts';

describe('a plan file', () => {
  it('gives back the plan that was written', () => {
    expect(readPlanText(planText(saved))).toEqual({ kind: 'plan', plan: saved });
  });

  it('gives back any JSON that hosts may say, and shows no terminal control', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        const outputs = { said: JSON.parse(JSON.stringify(value)) };
        const plan = { ...saved, hosts: [{ ...saved.hosts[0], plan: { ...hostPlan, outputs } }] } as typeof saved;
        const text = planText(plan);
        expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
        expect(readPlanText(text)).toEqual({ kind: 'plan', plan });
      }),
    );
  });

  it('is the same text in whatever order its members were made', () => {
    const turned = Object.fromEntries(Object.entries(saved).reverse()) as unknown as typeof saved;
    expect(planText(turned)).toBe(planText(saved));
  });

  it('differs from another in the lines that are about what differs', () => {
    const lines = planText(saved).split('\n');
    const others = planText({ ...saved, unseen: [{ host: 'web2', reason: 'refused' }] }).split('\n');
    const different = lines.filter((line, index) => line !== others[index]).map((line) => line.trim());
    expect(different.map((line) => line.split(':')[0])).toEqual(['"sha256"', '"reason"']);
  });

  it('is refused after any one character of it was changed', () => {
    const text = planText(saved);
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.constantFrom('x', '1', ' ', '"'), (at, by) => {
        const edited = text.slice(0, at) + by + text.slice(at + 1);
        const read = readPlanText(edited);
        // White space between members means nothing.
        if (read.kind === 'plan') expect(JSON.parse(edited)).toEqual(JSON.parse(text));
        else expect(read.kind).toMatch(/edited|none/);
      }),
    );
    expect(readPlanText(text.replace('10.0.0.1', '10.0.0.2'))).toMatchObject({ kind: 'edited' });
  });

  it.each([
    ['', 'it is not JSON'],
    ['[]', 'it is no plan'],
    ['{"runbook":"x"}', 'it is no plan'],
  ])('says of %j what it is not', (text, problem) => {
    expect(readPlanText(text)).toMatchObject({ kind: 'none', problem: expect.stringContaining(problem) });
  });

  it('of another version, or with an id that is a path, is refused though its hash holds', () => {
    expect(readPlanText(planText({ ...saved, version: 2 }))).toMatchObject({
      kind: 'edited',
      problem: 'it is a plan of version 2, and this mendgate knows version 1',
    });
    expect(readPlanText(planText({ ...saved, id: '../../etc/x' }))).toMatchObject({ kind: 'edited' });
  });
});

describe('a plan', () => {
  it.each([
    ['2026-11-22T05:59:59.999Z', '1.0.0', undefined],
    ['2026-11-22T06:00:00.000Z', '1.0.0', /^the plan expired at 2026-11-22T06:00:00.000Z/],
    ['2026-11-21T07:00:00.000Z', '1.0.1', /made by mendgate 1.0.0, and this is 1.0.1/],
  ])('at %s by mendgate %s', (now, version, problem) => {
    const found = planProblem(saved, version, Date.parse(now));
    if (problem === undefined) expect(found).toBeUndefined();
    else expect(found).toMatch(problem);
  });
});

describe('what a dry run tells becomes a plan', () => {
  const stamp = {
    id: 'd'.repeat(32),
    now: Date.parse('2026-11-21T07:00:00Z'),
    forMs: 3_600_000,
    mendgate: '1.0.0',
    delegates: [],
    dialled: new Map(['one', 'two'].map((name) => [name, { address: `${name}.example`, port: 22, params: {} }])),
  };
  const snapshot = (id: string, value: string): Snapshot => ({
    id,
    probe: 'file.content',
    params: {},
    reads: [],
    value,
    fingerprint: { length: value.length },
  });
  const told = (snapshots: readonly Snapshot[], traces: readonly string[]): readonly Event[] =>
    numbered([
      { ...started, request } as typeof started,
      { type: 'host.connected', host: 'two', ms: 1, hostKey: 'SHA256:x', machineId: 'b'.repeat(32) },
      { type: 'host.planned', host: 'two', plan: { ...hostPlan, host: 'two', snapshots, traces } },
      { type: 'host.planned', host: 'one', plan: { ...hostPlan, host: 'one' } },
      { type: 'host.connecting', host: 'three' },
      {
        type: 'host.finished',
        host: 'three',
        ms: 1,
        outcome: {
          host: 'three',
          verdict: 'unreachable',
          reason: 'no route',
          diagnosis: '',
          symptom: 'unknown',
          steps: [],
          notes: [],
          outputs: {},
        },
      },
    ]);

  it('with its hosts by name, each with what it is known by, and those that were not seen', () => {
    const plan = collectPlan(told([], []), stamp);
    expect(plan?.hosts.map(({ host, address, hostKey, machineId }) => [host, address, hostKey, machineId])).toEqual([
      ['one', 'one.example', undefined, undefined],
      ['two', 'two.example', 'SHA256:x', 'b'.repeat(32)],
    ]);
    expect(plan).toMatchObject({
      expires: '2026-11-21T08:00:00.000Z',
      unseen: [{ host: 'three', reason: 'no route' }],
    });
  });

  it('keeps fingerprints and no answer of a host, in an order that no race decides', () => {
    const [a, b] = [snapshot('a', 'line of a log'), snapshot('b', 'another')];
    const one = collectPlan(told([a, b], ['GET /', 'GET /x']), stamp);
    const other = collectPlan(told([b, a], ['GET /x', 'GET /']), stamp);
    if (one === undefined || other === undefined) throw new Error('no plan');
    expect(planText(one)).toBe(planText(other));
    expect(planText(one)).not.toContain('line of a log');
    expect(one.hosts[1]?.plan.snapshots[0]?.fingerprint).toEqual({ length: 13 });
  });

  it('holds no secret, wherever in what hosts said one stood', () => {
    const secret = fc.string({ minLength: 8, maxLength: 40 }).filter((text) => !/^[\s*.0a-z:-]*$/.test(text));
    fc.assert(
      fc.property(secret, fc.string(), (text, around) => {
        const said = `${around}${text}${around}`;
        const change = {
          action: 'file.content',
          params: { content: said },
          before: { text: said, [said]: 1 },
          change: { content: said },
          summary: said,
          become: false,
          commands: [`echo '${said}'`],
          contents: [{ label: 'x', before: said, after: said }],
          touches: [said],
        } as const;
        const result = { outcome: 'would_change', reason: said } as const;
        const item = { item: said, title: said, result, gate: [], changes: [change], confirm: said } as const;
        const reasons = [{ check: 'x', held: true, because: said }] as const;
        const plan = {
          ...hostPlan,
          host: 'one',
          diagnosis: said,
          symptomReasons: reasons,
          notes: [said],
          traces: [said],
          outputs: { said: { [said]: said } },
          snapshots: [{ ...snapshot('a', said), params: { url: said }, fingerprint: [said, { [said]: said }] }],
          steps: [{ id: 's', title: said, result, notes: [said], items: [item] }],
        };
        const redactor = createRedactor([new Secret(text)]);
        const bodies = numbered([
          { ...started, request: { ...request, limit: said } } as typeof started,
          { type: 'host.planned', host: 'one', plan },
        ]);
        const collected = collectPlan(bodies.map(redactor.value), stamp);
        if (collected === undefined) throw new Error('no plan');
        const file = planText(collected);
        const forms = [text, JSON.stringify(text).slice(1, -1), Buffer.from(text).toString('base64')];
        expect(forms.filter((form) => file.includes(form))).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});
