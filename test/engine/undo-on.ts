import type { ExecuteOptions } from '../../src/engine/execute-plan.ts';
import { undoWalker } from '../../src/engine/undo-walk.ts';
import { undoneUnit, undoneUnits } from '../../src/journal/earlier-undos.ts';
import { readHistory } from '../../src/journal/read-history.ts';
import type { Event } from '../../src/model/event.ts';
import { runbook } from './build.ts';
import type { Desk, DeskRun } from './desk.ts';

/** Takes back what these events tell of, knowing what these undos did. */
export function undoOn(
  desk: Desk,
  events: readonly Event[],
  undos: readonly (readonly Event[])[] = [],
  options: Partial<ExecuteOptions> = {},
): Promise<DeskRun> {
  const { run, hosts } = readHistory(events);
  const earlier = undoneUnits(undos);
  const walker = undoWalker(run, new Map(hosts.map((host) => [host.host, host])), (key, attempt) =>
    earlier.get(undoneUnit(key, attempt)),
  );
  return desk.run(runbook([], { id: 'undo' }), { walker, kind: 'undo', ...options });
}
