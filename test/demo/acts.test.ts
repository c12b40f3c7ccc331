import { beforeAll, describe, expect, it } from 'vitest';
import { createDemoFleet, type DemoHost } from '../../src/demo/fleet.ts';
import { changeable } from '../../src/demo/host-state.ts';
import type { RunResult } from '../../src/engine/execute-plan.ts';
import { type Played, play, statuses, summaries } from './play.ts';

/** What the flagship changes on each host: the fix with the least reach. */
const changes = {
  'web01.demo': ['httpd_graceful_shutdown: off → on (persistent)'],
  'web02.demo': ['SELinux type of tcp 3000: ntop_port_t → http_port_t'],
  'web03.demo': [
    'policy module mendgate_httpd_t_name_connect_http_cache_port_t: absent → (allow httpd_t http_cache_port_t (tcp_socket (name_connect)))',
  ],
  'web04.demo': [
    'label rule /var/run/app(/.*)? (add): var_run_t → httpd_var_run_t',
    'policy module mendgate_httpd_t_connectto_unconfined_service_t: absent → (allow httpd_t unconfined_service_t (unix_stream_socket (connectto)))',
  ],
  'web05.demo': ['/run/php-fpm/www.sock: nginx --- → rw-'],
  'web06.demo': [],
  'web07.demo': [],
  'web08.demo': [],
};
const nothing = Object.fromEntries(Object.keys(changes).map((host) => [host, []]));

const verdicts = (result: RunResult) => Object.fromEntries(result.outcomes.map(({ host, verdict }) => [host, verdict]));
const expected = (fleet: readonly DemoHost[], act: keyof DemoHost['expected']) =>
  Object.fromEntries(fleet.map((host) => [host.name, host.expected[act]]));

describe('the demo fleet under the flagship runbook', () => {
  const fleet = createDemoFleet(Date.now);
  let before: readonly (readonly string[])[];
  let afterLook: readonly (readonly string[])[];
  let look: Played;
  let first: Played;
  let again: Played;

  beforeAll(async () => {
    before = fleet.map(({ state }) => changeable(state));
    look = await play(fleet, 'dry_run');
    afterLook = fleet.map(({ state }) => changeable(state));
    first = await play(fleet, 'apply');
    again = await play(fleet, 'apply');
  });

  it('has the verdict of its cause on every host, in all three acts', () => {
    expect(verdicts(look)).toEqual(expected(fleet, 'dryRun'));
    expect(verdicts(first)).toEqual(expected(fleet, 'first'));
    expect(verdicts(again)).toEqual(expected(fleet, 'again'));
  });

  it('shows in the dry run what it will change, and changes nothing', () => {
    expect(summaries(look)).toEqual(changes);
    expect(look.changes).toBe(0);
    expect(afterLook).toEqual(before);
  });

  it('changes exactly that in the real run', () => {
    expect(summaries(first)).toEqual(changes);
    expect(first.changes).toBe(6);
  });

  it('changes nothing in the second run', () => {
    expect(summaries(again)).toEqual(nothing);
    expect(again.changes).toBe(0);
  });

  it('has nginx answer 200 once the fix is made, where the fix is ours to make', () => {
    for (const { name, expected: ends } of fleet) {
      const seen = statuses(first, name);
      if (ends.first === 'fixed') expect([seen[0], seen.at(-1)], name).toEqual([502, 200]);
      else expect(new Set(seen), name).toEqual(new Set([ends.first === 'healthy' ? 200 : 502]));
    }
  });

  it('sends the host whose application is down to the other runbook, with exit code 2', () => {
    const down = look.outcomes.find(({ host }) => host === 'web06.demo');
    expect(down).toMatchObject({ symptom: 'present', see: 'nginx-502-connection-refused' });
    expect([look.exitCode, first.exitCode, again.exitCode]).toEqual([2, 2, 2]);
  });

  it('answers every probe and inspection that the runbook makes', () => {
    const reasons = [look, first, again].flatMap(({ events }) =>
      events.flatMap((event) => (event.type === 'probe.read' ? (event.unknown ?? []) : [])),
    );
    const unknown = reasons.filter((reason) => !reason.startsWith('depends on the change of step'));
    expect(unknown).toEqual([]);
  });
});
