import { describe, expect, it } from 'vitest';
import { printPlan } from '../../src/reporters/print-plan.ts';
import { change, item, names, plan, step } from './events.ts';

const looks = { colour: false, columns: Number.POSITIVE_INFINITY, diff: false, verbosity: 0 };

describe('the plan', () => {
  it('shows hosts with the same plan once', () => {
    const plans = [
      ...names('web', 1, 17).map((host) => plan(host)),
      plan('db1', { verdict: 'healthy', diagnosis: 'healthy', symptom: 'absent', symptomReasons: [], steps: [] }),
    ];
    expect(
      printPlan(plans, { ...looks, inventoryHosts: 40, alsoReaches: ['lb01'] }),
    ).toBe(`18 hosts of 40; also reaches lb01

17 hosts  web[01-17]
  would fix: boolean off → would set httpd_graceful_shutdown
  symptom present
    ✔ request.status == 502: request.status is 502
  ok            confirm: Title of confirm
  would change  boolean: Flip the boolean that lets nginx connect
                httpd_graceful_shutdown: off → on

1 host  db1
  healthy
  symptom absent

Plan: 17 hosts would change, 1 healthy
  sends GET http://127.0.0.1/  (18 times)
`);
  });

  it('keeps hosts apart as soon as anything shown differs', () => {
    const other = item(
      { outcome: 'would_change' },
      { changes: [{ ...change, summary: 'httpd_can_network_relay: off → on' }] },
    );
    const text = printPlan(
      [plan('web01'), plan('web02', { steps: [step('boolean', { outcome: 'would_change' }, { items: [other] })] })],
      looks,
    );
    expect(text).toContain('1 host  web01');
    expect(text).toContain('1 host  web02');
  });

  it('keeps one group when only the evidence differs, and says whose evidence it shows', () => {
    const late = plan('web02', {
      symptomReasons: [{ check: 'request.status == 502', held: true, because: 'other words' }],
    });
    const text = printPlan([plan('web01'), late], looks);
    expect(text).toContain('2 hosts  web[01-02]');
    expect(text).toContain('symptom present (as seen on web01)');
  });

  it('says what a change rests on, what is asked, what cannot be undone and what comes next', () => {
    const result = { outcome: 'would_change' } as const;
    const risky = item(result, {
      changes: [{ ...change, predicted: true, irreversible: 'a reload drops connections' }],
      alternative: { id: 'label', title: 'Label the port', others: ['A module with one rule'] },
      confirm: 'Install these rules?\n(allow a b)',
      irreversible: 'the old key is gone',
    });
    const waiting = step('module', {
      outcome: 'undetermined',
      waitsOn: ['boolean'],
      reason: 'reads what boolean changes',
    });
    const text = printPlan([plan('web01', { steps: [step('boolean', result, { items: [risky] }), waiting] })], looks);
    expect(text).toContain('(predicted: an earlier step changes what this rests on)');
    expect(text).toContain('CANNOT BE UNDONE: a reload drops connections');
    expect(text).toContain('CANNOT BE UNDONE: the old key is gone');
    expect(text).toContain('by: Label the port');
    expect(text).toContain('if that does not help: A module with one rule');
    expect(text).toMatch(/asks first: Install these rules\?\n {28}\(allow a b\)/);
    expect(text).toMatch(/undetermined {2}module: .*\n +reads what boolean changes; waits on boolean/);
  });

  it('prints notes and a conclusion of several lines in as many', () => {
    const message = 'First line.\nSecond\x07 line.\n';
    const noted = step('look', { outcome: 'ok', reason: message }, { notes: [message] });
    const why = { verdict: 'not_applicable', diagnosis: message, reason: message } as const;
    const text = printPlan([plan('web01', { ...why, steps: [noted], notes: [message] })], looks);
    expect(text).toContain('  not applicable: First line.\n                  Second\\x07 line.\n');
    expect(text).toContain('look: Title of look\n                First line.\n                Second\\x07 line.\n');
    expect(text).toContain('                note: First line.\n                      Second\\x07 line.\n');
    expect(text).toContain('  note: First line.\n        Second\\x07 line.\n');
    expect(text).not.toContain('\\n');
  });

  it('prints what cannot be undone in bold', () => {
    const risky = item({ outcome: 'would_change' }, { irreversible: 'gone' });
    const text = printPlan([plan('web01', { steps: [step('s', { outcome: 'would_change' }, { items: [risky] })] })], {
      ...looks,
      colour: true,
    });
    expect(text).toContain('\x1b[1m\x1b[31mCANNOT BE UNDONE: gone');
  });

  it('shows each item of a step with its own outcome', () => {
    const items = [
      item({ outcome: 'would_change' }, { item: 'httpd_can_network_relay', title: 'Flip relay' }),
      item({ outcome: 'skipped', reason: 'gate closed: mode' }, { item: { port: 8888 }, title: 'Flip port' }),
    ];
    const text = printPlan(
      [plan('web01', { steps: [step('boolean', { outcome: 'would_change' }, { items })] })],
      looks,
    );
    expect(text).toContain('would change  boolean [httpd_can_network_relay]: Flip relay');
    expect(text).toMatch(/skipped {7}boolean \[8888\]: Flip port\n +gate closed: mode/);
  });

  it('shows diffs with -D, gates with -v, commands with -vv, and none of them without', () => {
    const contents = [{ label: '/etc/x.conf', before: 'a\nb\nc\n', after: 'a\nB\nc\n' }];
    const gate = [{ check: 'selinux.mode == "enforcing"', held: true }];
    const items = [item({ outcome: 'would_change' }, { gate, changes: [{ ...change, contents }] })];
    const plans = [plan('web01', { steps: [step('s', { outcome: 'would_change' }, { items })] })];
    const short = printPlan(plans, looks);
    const long = printPlan(plans, { ...looks, diff: true, verbosity: 2 });
    for (const shown of ['-b', '+B', '@@ -1,3 +1,3 @@', '✔ selinux.mode == "enforcing"', 'root # setsebool -P']) {
      expect(short).not.toContain(shown);
      expect(long).toContain(shown);
    }
  });

  it('does not spend its time on a diff of two files without anything in common', () => {
    const lines = (from: number): string => Array.from({ length: 60_000 }, (_, at) => `line ${from + at}`).join('\n');
    const contents = [{ label: '/etc/big', before: lines(0), after: lines(1_000_000) }];
    const items = [item({ outcome: 'would_change' }, { changes: [{ ...change, contents }] })];
    const begun = performance.now();
    const text = printPlan([plan('web01', { steps: [step('s', { outcome: 'would_change' }, { items })] })], {
      ...looks,
      diff: true,
    });
    expect(text).toContain('/etc/big: 60000 lines → 60000 lines, too different to show');
    expect(performance.now() - begun).toBeLessThan(3000);
  });

  it('counts declared probes and the traces of looking', () => {
    const text = printPlan(
      [plan('web01', { declaredProbes: 2 }), plan('web02', { declaredProbes: 2, traces: ['GET http://b/'] })],
      looks,
    );
    expect(text).toContain('sends GET http://127.0.0.1/\n');
    expect(text).toContain('sends GET http://b/\n');
    expect(text).toContain('probes declared, not proved, read-only: 2\n');
  });

  it('fits 80 columns', () => {
    const reason = 'word '.repeat(60);
    const steps = [step('s', { outcome: 'skipped', reason }), step('t', { outcome: 'ok' }, { notes: [reason] })];
    const text = printPlan([plan('web01', { steps, reason, notes: [reason] })], { ...looks, columns: 80 });
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });
});
