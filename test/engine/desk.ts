import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ExecuteOptions, executePlan, type RunResult } from '../../src/engine/execute-plan.ts';
import { validateParams } from '../../src/load/validate-call-params.ts';
import type { Event } from '../../src/model/event.ts';
import type { Host } from '../../src/model/inventory.ts';
import { buildRegistry } from '../../src/model/pack.ts';
import type { HostOutcome, StepPlan } from '../../src/model/plan.ts';
import type { Runbook } from '../../src/model/runbook.ts';
import type { Value } from '../../src/model/value.ts';
import { convertGiven } from '../../src/plan/resolve-params.ts';
import { systemClock } from '../../src/transports/clock.ts';
import { localTransport } from '../../src/transports/local.ts';
import { notesPack } from './notes-pack.ts';

/** A folder of notes, and runs against it through the local transport: real shell, real files. */
export interface Desk {
  readonly folder: string;
  write(name: string, text: string): void;
  read(): { readonly [name: string]: string };
  run(runbook: Runbook, options?: Partial<ExecuteOptions>): Promise<DeskRun>;
  clear(): void;
}
export interface DeskRun extends RunResult {
  readonly events: readonly Event[];
  readonly outcome: HostOutcome;
  step(id: string): StepPlan;
}

/** `params`: beside `folder`. */
export function openDesk(
  notes: { readonly [name: string]: string } = {},
  params: { readonly [name: string]: Value } = {},
): Desk {
  const folder = mkdtempSync(join(tmpdir(), 'mendgate-desk-'));
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  for (const [name, text] of Object.entries(notes)) write(name, text);
  return {
    folder,
    write,
    read: () => Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')])),
    run: (runbook, options = {}) => runAt({ folder, ...params }, runbook, options),
    clear: () => rmSync(folder, { recursive: true, force: true }),
  };
}

const host: Host = {
  name: 'desk',
  connect: { address: 'localhost', port: 22, transport: 'local' },
  vars: {},
  groups: [],
  origins: {},
};

async function runAt(
  params: { readonly [name: string]: Value },
  runbook: Runbook,
  options: Partial<ExecuteOptions>,
): Promise<DeskRun> {
  const registry = buildRegistry([notesPack]);
  const events: Event[] = [];
  const result = await executePlan(
    { runbook, hosts: [{ host, params, sources: {} }], inventoryHosts: 1 },
    {
      mode: 'apply',
      forks: 5,
      registry,
      validate: (kind, name, given) => validateParams(kind, name, given, registry),
      convertParams: convertGiven,
      transportFor: () => localTransport(),
      sinks: [(event) => void events.push(event)],
      clock: systemClock,
      secrets: [],
      approvePlan: async () => true,
      approve: async () => true,
      becomeByDefault: false,
      chooses: () => true,
      stopping: new AbortController().signal,
      aborting: new AbortController().signal,
      detailedExitCode: false,
      ...options,
    },
  );
  const [outcome] = result.outcomes;
  if (outcome === undefined) throw new Error('the run gave no outcome');
  const step = (id: string): StepPlan => {
    const found = outcome.steps.find((candidate) => candidate.id === id);
    if (found === undefined) throw new Error(`no step ${id}`);
    return found;
  };
  return { ...result, events, outcome, step };
}
