import { describe, expect, it } from 'vitest';
import { HostFailure } from '../../src/model/host-failure.ts';
import { printPlan } from '../../src/reporters/print-plan.ts';
import { doings, onceFleet, runOnceFleet } from './once-fleet.ts';
import { batchesOf, clockThatSleeps } from './run-fleet.ts';

describe('a run_once step', () => {
  it.each([1, 2, 20])('runs on the first host; the others share its result and its names (forks %i)', async (forks) => {
    const fleet = onceFleet(3);
    const { ends, exitCode, events } = await runOnceFleet(fleet, { forks });
    expect(ends).toEqual([
      'web1: fixed · changed, changed',
      'web2: fixed · changed on web1, changed',
      'web3: fixed · changed on web1, changed',
    ]);
    expect(exitCode).toBe(0);
    expect(doings(fleet.did, 'app migrate')).toEqual(['web1']);
    // What it read there was read nowhere else.
    expect(new Set(doings(fleet.did, 'app schema'))).toEqual(new Set(['web1']));
    expect(doings(fleet.did, 'app load').toSorted()).toEqual(['web1', 'web2', 'web3']);
    expect(events.at(-1)).toMatchObject({ changes: 4 });
  });

  it.each([1, 2, 20])(
    'that was made is read afterwards as it is, also by who looks only then (forks %i)',
    async (forks) => {
      const fleet = onceFleet(3);
      const { ends } = await runOnceFleet(fleet, { forks, runbook: 'test/rollout/once-looked-after.yaml' });
      expect(ends).toEqual([
        'web1: fixed · changed, changed',
        'web2: fixed · changed on web1, changed',
        'web3: fixed · changed on web1, changed',
      ]);
    },
  );

  it('runs on the first of the order, though others get there sooner', async () => {
    const fleet = onceFleet(3, {
      before: async (host, what) => {
        if (host === 'web1' && what === 'connect') await new Promise((resolve) => setTimeout(resolve, 50));
      },
    });
    await runOnceFleet(fleet);
    expect(doings(fleet.did, 'app migrate')).toEqual(['web1']);
  });

  it('is looked at once in a dry run, and left to that host by the others', async () => {
    const fleet = onceFleet(3);
    const { ends, plans } = await runOnceFleet(fleet, { mode: 'dry_run' });
    expect(ends).toEqual([
      'web1: would_fix · would_change, undetermined',
      'web2: would_fix · would_change on web1, undetermined',
      'web3: would_fix · would_change on web1, undetermined',
    ]);
    expect(fleet.did).toEqual(['web1 app schema']);
    const text = printPlan(plans, { colour: false, columns: 80, verbosity: 0, diff: false });
    expect(text).toContain('2 hosts  web[2-3]\n  would fix: Migrate the database [on web1]\n');
    expect(text).toMatch(/would change +migrate: Migrate the database\n +on web1 \(run once\)\n/);
  });

  it('is given to the next host where the first cannot be reached; that one shares it when it is back', async () => {
    const gone = new Set(['web1']);
    const fleet = onceFleet(3, {
      before: (host, what) => {
        if (what === 'connect' && gone.has(host)) throw new HostFailure('tcp', 'nobody listens there');
      },
    });
    const clock = clockThatSleeps(() => gone.clear());
    const { ends } = await runOnceFleet(fleet, { clock, retryUnreachableMs: 60_000 });
    expect(ends).toEqual([
      'web1: fixed · changed on web2, changed',
      'web2: fixed · changed, changed',
      'web3: fixed · changed on web2, changed',
    ]);
    expect(doings(fleet.did, 'app migrate')).toEqual(['web2']);
  });

  it('fails for everybody where it fails, and is tried on nobody else', async () => {
    const fleet = onceFleet(3, { broken: true });
    const { ends, exitCode, outcomes } = await runOnceFleet(fleet);
    expect(ends).toEqual([
      'web1: rolled_back · rolled_back, skipped',
      'web2: not_fixed · failed on web1, skipped',
      'web3: not_fixed · failed on web1, skipped',
    ]);
    expect(exitCode).toBe(2);
    expect(outcomes[2]?.reason).toMatch(/^step migrate: on web1 \(run once\): verify does not hold: /);
    expect(doings(fleet.did, 'app migrate')).toEqual(['web1']);
    expect(doings(fleet.did, 'app unmigrate')).toEqual(['web1']);
  });

  it('is unknown for everybody where the host is lost while it runs, and is begun nowhere else', async () => {
    let broken = false;
    const fleet = onceFleet(3, {
      before: (host, what) => {
        broken ||= what === 'app migrate';
        if (broken && host === 'web1') throw new HostFailure('lost', 'the connection broke');
      },
    });
    const { ends, exitCode } = await runOnceFleet(fleet, { clock: clockThatSleeps() });
    expect(ends).toEqual([
      'web1: unknown · unknown, skipped',
      'web2: unknown · unknown on web1, skipped',
      'web3: unknown · unknown on web1, skipped',
    ]);
    expect(exitCode).not.toBe(0);
    expect(fleet.did).not.toContain('web2 app migrate');
  });

  it('is given to the next host where it concludes the first', async () => {
    const fleet = onceFleet(4, { standby: ['web1', 'web2'] });
    const { ends } = await runOnceFleet(fleet, { runbook: 'test/rollout/once-elected.yaml' });
    expect(ends).toEqual([
      'web1: not_applicable · ok',
      'web2: not_applicable · ok',
      'web3: fixed · changed',
      'web4: fixed · changed on web3',
    ]);
    expect(doings(fleet.did, 'app role')).not.toContain('web4');
  });

  it('changes one host: so --max-changed and the plan count', async () => {
    const fleet = onceFleet(4);
    const runbook = 'test/rollout/once-elected.yaml';
    const { plans } = await runOnceFleet(fleet, { runbook, mode: 'dry_run' });
    const text = printPlan(plans, { colour: false, columns: 80, verbosity: 0, diff: false });
    expect(text).toContain('Plan: 1 host would change, 3 would fix\n');
    expect((await runOnceFleet(fleet, { runbook, maxChanged: 1 })).exitCode).toBe(0);
    expect((await runOnceFleet(onceFleet(4), { runbook, maxChanged: 0 })).exitCode).toBe(5);
  });

  it('is for the whole rollout: the first host of the first batch runs it, later batches share it', async () => {
    const fleet = onceFleet(8);
    const rollout = { batches: [{ hosts: 1 }, { hosts: 5 }] } as const;
    const { ends, events } = await runOnceFleet(fleet, { rollout, forks: 2 });
    expect(ends.slice(1)).toEqual(fleet.names.slice(1).map((name) => `${name}: fixed · changed on web1, changed`));
    expect(doings(fleet.did, 'app migrate')).toEqual(['web1']);
    expect(batchesOf(events)).toEqual([['web1'], ['web2'], ['web3', 'web4', 'web5', 'web6', 'web7'], ['web8']]);
  });

  describe('whose host is lost between its look and its change', () => {
    const lostLater = () => {
      let connected = 0;
      return onceFleet(3, {
        before: (host, what) => {
          if (host !== 'web1') return;
          if (what === 'connect') connected += 1;
          if (connected > 1) throw new HostFailure('tcp', 'nobody listens there');
        },
      });
    };

    it('is run by the next one where nobody had to say yes to it', async () => {
      const fleet = lostLater();
      const { ends } = await runOnceFleet(fleet, { rollout: { maxFail: { hosts: 1 } } });
      expect(ends).toEqual([
        'web1: unreachable · ',
        'web2: fixed · changed, changed',
        'web3: fixed · changed on web2, changed',
      ]);
    });

    it('is run by nobody where somebody said yes to that host', async () => {
      const fleet = lostLater();
      const { ends, outcomes } = await runOnceFleet(fleet, { mode: 'ask', rollout: { maxFail: { hosts: 1 } } });
      expect(ends.slice(1)).toEqual(['web2: refused · skipped, skipped', 'web3: refused · skipped, skipped']);
      expect(outcomes[1]?.reason).toBe('web1, which runs this step for all (run_once), has not run it; look again');
      expect(doings(fleet.did, 'app migrate')).toEqual([]);
    });
  });

  it.each([1, 2, 20])('does not block itself inside a throttled step (forks %i)', async (forks) => {
    const fleet = onceFleet(4, {
      // The first in the order is the last to get there.
      before: async (host, what) => {
        if (host === 'web1' && what === 'app health') await new Promise((resolve) => setTimeout(resolve, 50));
      },
    });
    const { ends } = await runOnceFleet(fleet, { forks, runbook: 'test/rollout/once-throttled.yaml' });
    expect(ends[0]).toBe('web1: fixed · ok, changed, changed, changed');
    expect(ends[3]).toBe('web4: fixed · ok, changed on web1, changed, changed');
    expect(doings(fleet.did, 'app migrate')).toEqual(['web1']);
    expect(doings(fleet.did, 'app load').toSorted()).toEqual(fleet.names);
  });

  it('is not waited for after Ctrl-C: the host that runs it finishes, the others begin nothing', async () => {
    const stop = new AbortController();
    const fleet = onceFleet(3, { before: (_host, what) => (what === 'app migrate' ? stop.abort() : undefined) });
    const { ends } = await runOnceFleet(fleet, { stopping: stop.signal });
    expect(ends[0]).toBe('web1: not_fixed · changed, skipped');
    expect(doings(fleet.did, 'app load')).toEqual([]);
    expect(doings(fleet.did, 'app migrate')).toEqual(['web1']);
  });

  it('that is taken back later on its host is told to those who had counted on it', async () => {
    const fleet = onceFleet(3, { ill: ['web1'] });
    const { events, ends } = await runOnceFleet(fleet);
    expect(ends[0]).toBe('web1: rolled_back · changed, rolled_back');
    expect(doings(fleet.did, 'app unmigrate')).toEqual(['web1']);
    const warnings = events.flatMap((event) => (event.type === 'warning' ? [event.message] : []));
    expect(warnings).toEqual([
      'step migrate, which web1 ran for all (run_once), was taken back there; web[2-3] had counted on it',
    ]);
  });
});
