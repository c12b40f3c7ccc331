import type { RunRequest } from '../model/history.ts';
import type { Host } from '../model/inventory.ts';
import type { Runbook } from '../model/runbook.ts';
import { inventoryHash, runbookHash } from './run-request.ts';

/** What is not as it was when a run was asked for; `undefined`: all is. `hosts` are those of the run. */
export function changedSince(
  asked: RunRequest,
  runbook: Runbook,
  inventory: readonly Host[],
  hosts: readonly string[],
): string | undefined {
  if (runbookHash(runbook) !== asked.runbookSha256) return `${asked.runbook}, or a runbook that it uses, has changed`;
  const chosen = new Set(hosts);
  const found = inventory.filter(({ name }) => chosen.has(name));
  const missing = hosts.filter((host) => !found.some(({ name }) => name === host));
  if (missing.length > 0) return `the inventory has lost ${missing.join(', ')}`;
  return inventoryHash(found, runbook) === asked.inventorySha256
    ? undefined
    : 'what the inventory says of these hosts has changed';
}
