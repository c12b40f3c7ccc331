import { describe, expect, it } from 'vitest';
import { simulatedFleet } from '../../examples/library/simulated-fleet.ts';
import { exitCodeOf, type MendRequest, mend } from '../../src/mend.ts';

const runbook = 'examples/library/stale-pid.yaml';
const sick = () => simulatedFleet({ web01: 'stale pid' });

async function verdictOf(request: MendRequest): Promise<unknown> {
  const end = await mend(request);
  return end.kind === 'ran' ? end.result.outcomes.map(({ verdict }) => verdict) : end;
}

describe('a request that says no more than it has to', () => {
  it('looks at hosts', async () => {
    expect(await verdictOf({ runbook, ...sick(), mode: 'dry_run' })).toEqual(['would_fix']);
  });

  it('mends them when it says apply', async () => {
    expect(await verdictOf({ runbook, ...sick(), mode: 'apply' })).toEqual(['fixed']);
  });

  it('changes nothing when it says ask, and gives nobody to ask', async () => {
    const fleet = sick();
    expect(await verdictOf({ runbook, ...fleet, mode: 'ask' })).toEqual(['refused']);
    expect(await verdictOf({ runbook, ...fleet, mode: 'dry_run' })).toEqual(['would_fix']);
  });

  it('may say undefined for what it leaves out, as programs in JavaScript do', async () => {
    const left = JSON.parse('{}') as { readonly forks: number; readonly stopping: AbortSignal };
    const { forks, stopping } = left;
    expect(await verdictOf({ runbook, ...sick(), mode: 'dry_run', forks, stopping })).toEqual(['would_fix']);
  });

  it('is stopped by a signal: no fix begins', async () => {
    const fleet = sick();
    expect(await verdictOf({ runbook, ...fleet, mode: 'apply', stopping: AbortSignal.abort() })).toEqual([
      'not_started',
    ]);
    expect(await verdictOf({ runbook, ...fleet, mode: 'dry_run' })).toEqual(['would_fix']);
  });
});

describe('the exit code of an end', () => {
  const request: MendRequest = { runbook, ...sick(), mode: 'dry_run' };
  it.each([
    [0, 'a dry run that could tell', request],
    [3, 'a dry run with changes pending, when asked for', { ...request, detailedExitCode: true }],
    [5, 'a plan that nobody approved', { ...request, mode: 'ask' }],
    [64, 'params that the runbook does not have', { ...request, extra: new Map([['colour', 'red']]) }],
    [65, 'a runbook that is none', { ...request, runbook: 'package.json' }],
    [66, 'a limit that names no host', { ...request, limit: 'db01' }],
  ] as const)('%i: %s', async (code, _what, asked) => {
    expect(exitCodeOf(await mend(asked))).toBe(code);
  });
});
