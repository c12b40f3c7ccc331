import { describe, expect, test } from 'vitest';
import type { Life } from './life.ts';
import { resultsTable } from './results-table.ts';

const life: Life = {
  scenario: 'port-3000',
  title: 'A backend on a port of another service',
  diagnosis:
    "A policy module, only if booleans don't cover it: allow httpd_t to connect to ntop_port_t [selinux.module]",
  planned: ['policy module mendgate_httpd_t: absent → (allow httpd_t ntop_port_t (tcp_socket (name_connect)))'],
  notes: ['This opens 2 TCP ports. Proved by sesearch: no rule that holds today allows it.'],
  ...{ dryRun: 'would_fix', reason: undefined, verdict: 'fixed' },
  ...{ asExpected: true, unchanged: true, agreed: true, fixed: true, idempotent: false, persistent: true },
  ...{ exactRollback: true, problems: [], seconds: 21 },
};
const nothingToDo: Life = {
  ...life,
  ...{ scenario: 'backend-down', diagnosis: 'Nothing listens.', planned: [], notes: [] },
  ...{ dryRun: 'not_applicable', verdict: 'not_applicable' },
  ...{ fixed: undefined, idempotent: true, persistent: undefined, exactRollback: undefined, seconds: 9 },
};

describe('the printed table of lives', () => {
  test('shows diagnosis, remedy, proof and every mark of each scenario, by name', () => {
    expect(resultsTable([life, nothingToDo], 132)).toMatchInlineSnapshot(`
      "scenario      diagnosis                          remedy                             proof     dry run → real run   A B C D E F G  s
      backend-down  Nothing listens.                   none                               –         both not_applicable  ✔ ✔ ✔ – – ✔ –  9
      port-3000     A policy module, only if boolean…  policy module mendgate_httpd_t: …  sesearch  would_fix → fixed    ✔ ✔ ✔ ✔ ✔ ✘ ✔  21
      A as expected, B unchanged, C agreed, D fixed, E persistent, F idempotent, G exact rollback; – not meant to be
      The dry run foretold diagnosis, remedy and verdict of the real run in 2/2 scenarios.
      "
    `);
  });

  test.each([110, 132, 160, 200])('fits a terminal of %i columns', (columns) => {
    const lines = resultsTable([life, nothingToDo], columns).split('\n').slice(0, 3);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
  });

  test('cuts nothing where there is room', () => {
    expect(resultsTable([life, nothingToDo], 400)).not.toContain('…');
  });

  test('says who proved what, or that nothing did', () => {
    const proofs = ["Proved by the kernel's own answer: a", 'Unproved (known rule: b): the kernel decides'];
    expect(resultsTable([{ ...life, notes: proofs }], 160)).toContain("the kernel's own answer…");
    expect(resultsTable([{ ...life, notes: proofs.slice(1) }], 160)).toContain('  unproved  ');
  });
});
