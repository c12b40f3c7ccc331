import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { limited } from '../../src/transports/limited.ts';
import { sshdMissing } from '../sshd/sshd.ts';
import { type Got, type Rig, startRig } from './fault-rig.ts';
import { elsewhere, type FaultRow, faultRows } from './fault-rows.ts';

/** What a busy machine may add to any row; deadlines that are not kept miss by more. */
const busyMs = 5000;

interface Settled {
  readonly row: FaultRow;
  readonly got: Got;
  readonly ms: number;
}

/** Each fault is injected, and ends in the state, with the reason and by the time that the fault model says. */
describe.skipIf(sshdMissing !== undefined)('the fault model', () => {
  let rig: Rig;
  const settled = new Map<FaultRow, Promise<Settled>>();
  beforeAll(async () => {
    rig = await startRig();
    // Most rows only wait.
    const run = limited(4);
    for (const row of faultRows) {
      const result = run(() => settle(row, rig));
      result.catch(() => undefined);
      settled.set(row, result);
    }
  });
  afterAll(async () => {
    const all = await Promise.allSettled(settled.values());
    print(all.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])));
    await rig?.stop();
  });

  it.each(faultRows.map((row) => [row.row, row.fault, row.expected, row] as const))(
    '%s: %s: %s',
    async (_row, _fault, expected, row) => {
      const { got, ms } = (await settled.get(row)) ?? { got: { state: 'not run', reason: '' }, ms: 0 };
      expect(got).toMatchObject({ state: expected, reason: expect.stringMatching(row.reason ?? /^/) });
      expect(ms).toBeLessThan(row.withinMs + busyMs);
    },
    60_000,
  );

  it('names, for what is injected elsewhere, tests that are there', () => {
    for (const { file, test } of elsewhere) {
      expect(readFileSync(new URL(`../${file}`, import.meta.url), 'utf8')).toContain(test);
    }
  });
});

async function settle(row: FaultRow, rig: Rig): Promise<Settled> {
  const begun = performance.now();
  const got = await row.run(rig);
  return { row, got, ms: performance.now() - begun };
}

function print(all: readonly Settled[]): void {
  const lines = all.map(({ row, got, ms }) =>
    [
      row.row.padEnd(4),
      row.fault.padEnd(60),
      row.expected.padEnd(22),
      got.state.padEnd(22),
      `${(ms / 1000).toFixed(2)} s`.padStart(8),
      got.reason.replaceAll(/\s+/g, ' ').slice(0, 90),
    ].join('  '),
  );
  const others = elsewhere.map(({ row, fault, file }) => `${row.padEnd(4)}  ${fault.padEnd(60)}  in ${file}`);
  const head = ['row ', 'fault'.padEnd(60), 'expected'.padEnd(22), 'got'.padEnd(22), 'settled'.padStart(8)].join('  ');
  process.stdout.write(`\n${[head, ...lines, ...others].join('\n')}\n`);
}
