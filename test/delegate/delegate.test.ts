import { describe, expect, it } from 'vitest';
import { mend } from '../../src/mend.ts';
import type { Plan } from '../../src/model/plan.ts';
import { printPlan } from '../../src/reporters/print-plan.ts';
import { usual } from '../run-mend.ts';
import { app, balancer, did, roll } from './fleet.ts';

describe('a step that is carried out on another host', () => {
  it('changes that host for its own, which keeps its name, its params and its result', async () => {
    const [app1, lb1] = [app(), balancer()];
    const { outcomes, events } = await roll({ app1, lb1 });
    expect(outcomes.map(({ host, verdict }) => [host, verdict])).toEqual([['app1', 'fixed']]);
    const looks = ['? pool state app1', '! pool drain app1', '? pool state app1', '? pool sees app1'];
    expect(lb1.log).toEqual(['? pool state app1', ...looks]);
    expect(did(app1)).toEqual(['! app restart']);
    const [change] = outcomes[0]?.steps[0]?.items[0]?.changes ?? [];
    expect(change?.on).toBe('lb1');
    expect(change?.summary).toMatch(/\(on lb1\)$/);
    const reads = events.flatMap((event) => (event.type === 'probe.read' ? [[event.host, event.on, event.name]] : []));
    expect(reads).toContainEqual(['app1', 'lb1', 'before']);
    expect(reads).toContainEqual(['app1', undefined, 'health']);
  });

  it('is looked at in a dry run, and nothing is changed anywhere', async () => {
    const [app1, lb1] = [app(), balancer()];
    const { plans } = await roll({ app1, lb1 }, { request: { mode: 'dry_run' } });
    expect(lb1.log).toContain('? pool state app1');
    expect([...did(lb1), ...did(app1)]).toEqual([]);
    expect(plans[0]?.verdict).toBe('would_fix');
    expect(plans[0]?.steps.map(({ result }) => result.outcome)).toEqual(['would_change', 'would_change']);
    expect(plans[0]?.snapshots.map(({ id, on }) => [id, on])).toEqual([
      ['drain.before', 'lb1'],
      ['restart.health', undefined],
    ]);
  });

  it('reaches that host over one connection for all who delegate to it, also where only one host is at work at a time', async () => {
    const fleet = Object.fromEntries(Array.from({ length: 6 }, (_, at) => [`app${at + 1}`, app()]));
    const lb1 = balancer();
    const { outcomes, opened } = await roll({ ...fleet, lb1 }, { request: { forks: 1 } });
    expect(outcomes.map(({ verdict }) => verdict)).toEqual(Array.from({ length: 6 }, () => 'fixed'));
    expect(opened.filter((name) => name === 'lb1')).toHaveLength(1);
    expect(lb1.drained.size).toBe(6);
  });

  it('has a marker of its own for each of the hosts', async () => {
    const lb1 = balancer();
    const { events } = await roll({ app1: app(), app2: app(), lb1 });
    const keys = events.flatMap((event) => (event.type === 'fix.intent' && event.step === 'drain' ? [event] : []));
    expect(keys.map(({ key }) => key[1]).sort()).toEqual(['app1', 'app2']);
    expect(keys.map(({ delegates }) => delegates?.map(({ host }) => host))).toEqual([['lb1'], ['lb1']]);
    expect(did(lb1)).toHaveLength(2);
  });

  it('is taken back there when a later step fails', async () => {
    const [app1, lb1] = [app(true), balancer()];
    const { outcomes } = await roll({ app1, lb1 });
    expect(outcomes[0]?.verdict).toBe('rolled_back');
    expect(did(lb1)).toEqual(['! pool drain app1', '! pool ready app1']);
    expect(lb1.drained.size).toBe(0);
  });

  it('fails where that host cannot be reached; its own host is not unreachable, and is left alone', async () => {
    const [app1, lb1] = [app(), balancer()];
    for (const mode of ['apply', 'dry_run'] as const) {
      const { outcomes } = await roll({ app1, lb1 }, { gone: new Set(['lb1']), request: { mode } });
      expect(outcomes[0]?.verdict).not.toBe('unreachable');
      const [drain] = outcomes[0]?.steps ?? [];
      expect(drain?.result.outcome).toBe('failed');
      expect(drain?.result.reason).toBe('lb1, to which it is delegated: nobody listens there');
    }
    expect(did(app1)).toEqual([]);
  });

  it.each(['rolling', 'both', 'once'])(
    'ends a dry run where that host cannot be reached: nothing after it would be done (%s)',
    async (book) => {
      const runbook = `test/delegate/${book}.yaml`;
      const fleet = { app1: app(), app2: app(), lb1: balancer() };
      const { outcomes, plans } = await roll(fleet, { gone: new Set(['lb1']), request: { mode: 'dry_run', runbook } });
      for (const { steps } of outcomes) {
        const [first, ...later] = steps.map(({ result }) => result.outcome);
        expect([first, ...later]).toEqual(['failed', ...later.map(() => 'skipped')]);
      }
      expect(outcomes.map(({ verdict }) => verdict)).toEqual(['not_fixed', 'not_fixed']);
      const text = printPlan(plans, { colour: false, columns: 80, verbosity: 0, diff: false });
      expect(text).toContain('Plan: no host would change, 2 not fixed\n');
    },
  );

  it('is carried out on its own host where that is the one it is delegated to', async () => {
    const lb1 = balancer();
    const { opened, events } = await roll({ lb1 }, { request: { limit: 'lb1' } });
    expect(opened).toEqual(['lb1']);
    expect(events.some(({ type }) => type === 'delegate.connected')).toBe(false);
  });

  it('leaves what it does not touch on its own host known: a change of one is none of the other', async () => {
    const [app1, lb1] = [app(), balancer()];
    const { plans } = await roll({ app1, lb1 }, { request: { mode: 'dry_run' } });
    // `app health` reads everything, on its own host: the unmade change of the pool is not there.
    const health = plans[0]?.snapshots.find(({ id }) => id === 'restart.health');
    expect(health?.value).toMatchObject({ text: 'stale' });
    expect(health?.unknown).toBeUndefined();
  });

  it('reads anew what another host of the run may have changed there since the diagnosis', async () => {
    const lb1 = balancer();
    await roll({ app1: app(), lb1 }, { request: { mode: 'ask' } });
    expect(lb1.log.filter((line) => line === '? pool state app1')).toHaveLength(3);
  });
});

describe('a plan whose steps are carried out on other hosts', () => {
  const planOf = async (request: object): Promise<Plan | undefined> => {
    let plan: Plan | undefined;
    const onPlan = (made: Plan): void => {
      plan = made;
    };
    await roll({ app1: app(), app2: app(), lb1: balancer() }, { request: { mode: 'dry_run', onPlan, ...request } });
    return plan;
  };

  it('names them, and which host reaches which', async () => {
    const plan = await planOf({});
    expect(plan?.delegates?.map(({ name }) => name)).toEqual(['lb1']);
    expect(plan?.hosts.map(({ host, delegates }) => [host.name, delegates])).toEqual([
      ['app1', ['lb1']],
      ['app2', ['lb1']],
    ]);
  });

  it('tells in its first event whom it reaches besides the chosen hosts', async () => {
    const { events } = await roll({ app1: app(), lb1: balancer() }, { request: { mode: 'dry_run' } });
    expect(events[0]).toMatchObject({ type: 'run.started', hosts: ['app1'], alsoReaches: ['lb1'] });
  });

  it('is refused before anything is connected when the inventory has not got one', async () => {
    const opened: string[] = [];
    const end = await mend({
      ...usual,
      runbook: 'test/delegate/rolling.yaml',
      inventory: ['app1,lb1,'],
      limit: 'app1',
      extra: new Map([['lb', 'lb9']]),
      mode: 'apply',
      transportFor: (host) => {
        opened.push(host.name);
        throw new Error('nobody is to be reached');
      },
    });
    expect(end).toMatchObject({
      kind: 'refused',
      exitCode: 65,
      problems: ['step drain delegates to lb9, which the inventory does not have [app1]'],
    });
    expect(opened).toEqual([]);
  });
});

describe('a fix whose calls are made on two hosts', () => {
  const runbook = 'test/delegate/both.yaml';

  it('is one unit: each call where it belongs, and all of it is taken back when its claim does not hold', async () => {
    const [app1, lb1] = [app(), balancer()];
    const extra = new Map([
      ['lb', 'lb1'],
      ['wanted', 'gone'],
    ]);
    const { outcomes, events } = await roll({ app1, lb1 }, { request: { runbook, extra } });
    expect(outcomes[0]?.verdict).toBe('rolled_back');
    expect(did(app1)).toEqual(['! app restart here', '! app stop']);
    expect(did(lb1)).toEqual(['! pool drain app1', '! pool ready app1']);
    const intents = events.flatMap((event) => (event.type === 'fix.intent' ? [event] : []));
    expect(intents.map(({ changes }) => changes.map(({ on }) => on))).toEqual([[undefined, 'lb1']]);
  });

  it('is asked for by the names of both', async () => {
    const asked: unknown[] = [];
    const approve = async (approval: object): Promise<boolean> => {
      asked.push(approval);
      return true;
    };
    const fleet = { app1: app(), app2: app(), lb1: balancer() };
    await roll(fleet, { request: { runbook, mode: 'ask', approve } });
    expect(asked).toEqual([
      { kind: 'confirm', text: 'May it be restarted?', host: 'app1', hosts: ['app1', 'app2'], on: ['lb1'] },
    ]);
  });

  it('counts for --max-changed with all whom it changes', async () => {
    const fleet = { app1: app(), lb1: balancer() };
    const { outcomes } = await roll(fleet, { request: { runbook, maxChanged: 1 } });
    expect(outcomes[0]).toMatchObject({
      verdict: 'refused',
      reason: '2 hosts would be changed, and --max-changed allows 1',
    });
    expect([...did(fleet.app1), ...did(fleet.lb1)]).toEqual([]);
    const enough = await roll(fleet, { request: { runbook, maxChanged: 2 } });
    expect(enough.outcomes[0]?.verdict).toBe('fixed');
  });
});

describe('a wire that several hosts share', () => {
  it('fails the step that it broke in, and is opened again for the next host', async () => {
    const [app1, app2, lb1] = [app(), app(), balancer()];
    const { outcomes, opened } = await roll({ app1, app2, lb1 }, { cut: 'lb1', request: { forks: 1 } });
    expect(outcomes.map(({ verdict }) => verdict)).toEqual(['not_fixed', 'fixed']);
    expect(outcomes[0]?.steps[0]?.result).toMatchObject({
      outcome: 'failed',
      reason: 'cannot decide: lb1: the wire broke',
    });
    expect(opened.filter((name) => name === 'lb1')).toHaveLength(2);
  });
});

describe('throttle', () => {
  it('counts the hosts that delegate to the same one, and lets those that delegate to another one pass', async () => {
    const fleet = { app1: app(), app2: app(), app3: app(), lb1: balancer(), lb2: balancer() };
    const inventory = ['test/delegate/two-balancers.yaml'];
    const { events } = await roll(fleet, { request: { inventory, extra: new Map(), mode: 'dry_run' } });
    const drains = events.flatMap((event) =>
      (event.type === 'step.started' || event.type === 'step.finished') && event.step === 'drain'
        ? [`${event.host} ${event.type === 'step.started' ? 'begins' : 'ends'}`]
        : [],
    );
    expect(drains.indexOf('app2 begins')).toBeLessThan(drains.indexOf('app1 ends'));
    expect(drains.indexOf('app3 begins')).toBeGreaterThan(drains.indexOf('app1 ends'));
  });
});
