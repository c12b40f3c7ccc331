import { expect, it } from 'vitest';
import { type ExecuteOptions, executePlan, type RunResult } from '../../src/engine/execute-plan.ts';
import { hasEnded } from '../../src/engine/past.ts';
import { readHistory } from '../../src/journal/read-history.ts';
import { validateParams } from '../../src/load/validate-call-params.ts';
import { checkRunbook, loadRegistry, planRun, readInventory } from '../../src/mend.ts';
import { wholeRequest } from '../../src/mend-request.ts';
import type { Event } from '../../src/model/event.ts';
import { HostFailure } from '../../src/model/host-failure.ts';
import type { Plan } from '../../src/model/plan.ts';
import { convertGiven } from '../../src/plan/resolve-params.ts';
import { systemClock } from '../../src/transports/clock.ts';
import { usual } from '../run-mend.ts';
import { doings, type OnceFleet, onceFleet } from './once-fleet.ts';

class Killed extends Error {}

const book = 'test/rollout/once.yaml';
const registry = await loadRegistry([]);

async function planOf({ names }: OnceFleet): Promise<Plan> {
  const [runbook, inventory] = [await checkRunbook(book), await readInventory([`${names.join(',')},`])];
  if (runbook.value === undefined || inventory.value === undefined) throw new Error('they do not load');
  const request = wholeRequest({ ...usual, runbook: book, inventory: [], mode: 'apply' });
  const planned = await planRun(request, runbook.value, inventory.value);
  if (planned.kind !== 'planned') throw new Error('it is refused');
  return planned.plan;
}

function execute(plan: Plan, fleet: OnceFleet, more: Partial<ExecuteOptions>): Promise<RunResult> {
  return executePlan(plan, {
    ...wholeRequest({ ...usual, runbook: book, inventory: [], mode: 'apply' }),
    registry,
    validate: (kind, name, params) => validateParams(kind, name, params, registry),
    convertParams: convertGiven,
    transportFor: () => fleet.transport,
    clock: systemClock,
    secrets: [],
    chooses: () => true,
    ...more,
  });
}

/** The run until its process dies at that event, which is written down still, or not: its journal, and whether it died at all. */
async function killedAt(plan: Plan, fleet: OnceFleet, isLast: (event: Event) => boolean, kept: boolean, forks: number) {
  const journal: Event[] = [];
  let dead = false;
  const sink = (event: Event): void => {
    const last = !dead && isLast(event);
    if (!dead && (!last || kept)) journal.push(event);
    dead ||= last;
    if (dead) throw new Killed();
  };
  const died = await execute(plan, fleet, { forks, sinks: [sink] }).then(
    () => false,
    (error: unknown) => {
      if (error instanceof Killed) return true;
      throw error;
    },
  );
  // The other hosts of the dead run come to their next event, and go no further.
  await new Promise((resolve) => setTimeout(resolve, 2));
  return { journal, died };
}

/** `all`: those too that ended, as `--failed` and `--unreachable` ask for them. */
function resume(
  plan: Plan,
  fleet: OnceFleet,
  journal: readonly Event[],
  forks: number,
  all = false,
): Promise<RunResult> {
  const { run, startedAt, lastSeq, hosts } = readHistory(journal);
  const histories = new Map(hosts.map((host) => [host.host, host]));
  const again = new Set(hosts.filter((host) => all || !hasEnded(host)).map(({ host }) => host));
  const about = { run, startedAt: Date.parse(startedAt), lastSeq, operator: 'test', histories, hosts: again };
  return execute(plan, fleet, { forks, resume: about });
}

it.each([1, 3])(
  'a resume adopts the step where it was begun: it runs once, wherever the run broke off (forks %i)',
  async (forks) => {
    for (const kept of [true, false]) {
      for (let at = kept ? 1 : 2; ; at += 1) {
        const fleet = onceFleet(3);
        const plan = await planOf(fleet);
        const { journal, died } = await killedAt(plan, fleet, ({ seq }) => seq === at, kept, forks);
        if (!died) {
          expect(at).toBeGreaterThan(40);
          break;
        }
        const { outcomes } = await resume(plan, fleet, journal, forks);
        const where = `cut at ${at} (${journal.at(-1)?.type} ${kept ? 'kept' : 'lost'})`;
        expect(
          outcomes.map(({ verdict }) => verdict),
          where,
        ).toEqual(['fixed', 'fixed', 'fixed']);
        expect(doings(fleet.did, 'app migrate'), where).toEqual(['web1']);
        expect(doings(fleet.did, 'app load').toSorted(), where).toEqual(fleet.names);
      }
    }
  },
);

it.each([1, 3])('who comes before the host that began it gives it its place, and waits (forks %i)', async (forks) => {
  let gone = true;
  const fleet = onceFleet(3, {
    before: (host, what) => {
      if (gone && host === 'web1' && what === 'connect') throw new HostFailure('tcp', 'nobody listens there');
    },
  });
  const plan = await planOf(fleet);
  const { journal } = await killedAt(plan, fleet, ({ type }) => type === 'fix.result', true, 1);
  expect(doings(fleet.did, 'app migrate')).toEqual(['web2']);
  gone = false;
  const { outcomes } = await resume(plan, fleet, journal, forks, true);
  expect(outcomes.map(({ verdict }) => verdict)).toEqual(['fixed', 'fixed', 'fixed']);
  expect(doings(fleet.did, 'app migrate')).toEqual(['web2']);
});
