import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Event } from '../../src/model/event.ts';
import { eventsIn, verdictsOf } from './cli.ts';
import { type StateHosts, startStateHosts, stateHostsMissing } from './state-hosts.ts';

const why = stateHostsMissing === undefined ? '' : ` (${stateHostsMissing})`;

describe.skipIf(stateHostsMissing !== undefined)(`a rollout on real hosts${why}`, () => {
  let hosts: StateHosts;
  beforeAll(async () => {
    hosts = await startStateHosts(5, 'mgroll');
  }, 120_000);
  beforeEach(() => hosts.renew());
  afterAll(() => hosts?.stop());

  async function call(...args: readonly string[]) {
    const end = await hosts.run(...args, ...hosts.reach, '--json', '--yes');
    return { ...end, events: eventsIn(end) };
  }
  const run = (...args: readonly string[]) =>
    call('run', 'test/e2e/state-file.yaml', '-i', hosts.at('inventory.yaml'), '--allow-irreversible', ...args);
  const batches = (events: readonly Event[]) =>
    events.flatMap((event) => (event.type === 'batch.started' ? [event.hosts.join(' ')] : []));

  it('looks at every host first, then mends batch after batch, no two batches at once', async () => {
    const { code, events } = await run('--batches', '1,40%');
    expect(code).toBe(0);
    expect(hosts.states()).toEqual(hosts.names.map(() => 'well'));
    expect(batches(events)).toEqual(['host1', 'host2 host3', 'host4 host5']);
    const planned = events.findLastIndex((event) => event.type === 'host.planned');
    expect(events.findIndex((event) => event.type === 'batch.started')).toBeGreaterThan(planned);
    let under: ReadonlySet<string> = new Set();
    for (const event of events) {
      if (event.type === 'batch.started') under = new Set(event.hosts);
      else if (event.type === 'batch.finished') under = new Set();
      else if (event.type === 'fix.intent') expect([...under]).toContain(event.host);
    }
  });

  it('begins nothing when a host does not answer, and goes on with those not touched once it is allowed', async () => {
    hosts.writeInventory({ gone: 'host4' });
    const first = await run('--batches', '1,2');
    expect(first.code).toBe(6);
    expect(verdictsOf(first.events)).toEqual({
      host1: 'not_started',
      host2: 'not_started',
      host3: 'not_started',
      host4: 'unreachable',
      host5: 'not_started',
    });
    expect(hosts.states()).toEqual(hosts.names.map(() => 'broken'));
    const told = first.events.find((event) => event.type === 'host.finished' && event.host === 'host1');
    expect(told).toMatchObject({ outcome: { reason: expect.stringContaining('host4 unreachable') } });

    const allowed = await run('--batches', '1,2', '--max-fail', '1');
    expect(allowed.code).toBe(4);
    expect(hosts.states()).toEqual(['well', 'well', 'well', 'broken', 'well']);
  });

  it('carries a saved plan out in the batches that it was made with', async () => {
    const plan = [
      '-i',
      hosts.at('inventory.yaml'),
      '--allow-irreversible',
      '--batches',
      '1,50%',
      '-o',
      hosts.at('p.json'),
    ];
    expect((await call('plan', 'test/e2e/state-file.yaml', ...plan)).code).toBe(0);
    const { code, events } = await call('apply', hosts.at('p.json'));
    expect(code).toBe(0);
    expect(batches(events)).toEqual(['host1', 'host2 host3 host4', 'host5']);
    expect(hosts.states()).toEqual(hosts.names.map(() => 'well'));
  });

  it('stops at the first host that goes wrong, and is gone on with in batches again', async () => {
    // Only after the change is it known: what a command says then nobody foresees.
    const stuck =
      '        stuck: { core.command: { command: [test, -e, "${{ params.root }}/stuck"] } }\n        after: {';
    const book = readFileSync('test/e2e/state-file.yaml', 'utf8')
      .replace('        after: {', stuck)
      .replace('that: has(after.text) &&', 'that: stuck.rc != 0 && has(after.text) &&');
    writeFileSync(hosts.at('book.yaml'), book);
    writeFileSync(hosts.at('host2', 'stuck'), '');
    const first = await call(
      'run',
      hosts.at('book.yaml'),
      '-i',
      hosts.at('inventory.yaml'),
      '--allow-irreversible',
      '--batches',
      '1',
    );
    expect(first.code).toBe(2);
    expect(hosts.states()).toEqual(['well', 'broken', 'broken', 'broken', 'broken']);
    expect(Object.values(verdictsOf(first.events))).toEqual([
      'fixed',
      'rolled_back',
      'not_started',
      'not_started',
      'not_started',
    ]);
    expect(first.stderr).toContain(`mendgate resume ${first.events[0]?.run}`);

    const run1 = first.events[0]?.run ?? '';
    const untouched = await call('resume', run1);
    expect(hosts.states()).toEqual(['well', 'broken', 'well', 'well', 'well']);
    expect(batches(untouched.events)).toEqual(['host3', 'host4', 'host5']);

    rmSync(hosts.at('host2', 'stuck'));
    const again = await call('resume', run1, '--failed');
    expect(again.code).toBe(0);
    expect(hosts.states()).toEqual(hosts.names.map(() => 'well'));
    expect(batches(again.events)).toEqual(['host2']);
  });
});
