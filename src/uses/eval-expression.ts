// `mendgate eval`: an expression and the probes it asks → a runbook that only reads → what the expression is on each host.

import type { Trace } from '../expr/trace.ts';
import { execute, planRun, reachHosts, readInventory } from '../mend.ts';
import { type MendRequest, notBegun, wholeRequest } from '../mend-request.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { HostPlan, PlannedHost, Snapshot } from '../model/plan.ts';
import { Unknown } from '../model/unknown.ts';
import type { Value } from '../model/value.ts';
import { checkRunbook, loadRegistry, readPacks } from '../registry.ts';
import { type AskedProbe, expressionRunbook } from './expression-runbook.ts';

export type { AskedProbe } from './expression-runbook.ts';

/** What is asked: an expression, and the probes whose answers it sees. */
export type EvalRequest = Omit<
  MendRequest,
  | 'runbook'
  | 'mode'
  | 'approvePlan'
  | 'approve'
  | 'tags'
  | 'skipTags'
  | 'startAt'
  | 'expectHosts'
  | 'detailedExitCode'
  | 'extra'
> & { readonly expression: string; readonly probes: readonly AskedProbe[] };

/** What the expression is on one host. */
export interface EvaluatedHost {
  readonly host: string;
  /** Absent: it could not be reached, and `reason` says why. */
  readonly trace?: Trace;
  readonly reason?: string;
}

/** How an evaluation ended. */
export type EvalEnd =
  | {
      readonly kind: 'evaluated';
      readonly hosts: readonly EvaluatedHost[];
      readonly diagnostics: readonly Diagnostic[];
    }
  | { readonly kind: 'invalid'; readonly diagnostics: readonly Diagnostic[] }
  | { readonly kind: 'refused'; readonly exitCode: 5 | 64 | 65 | 66 | 74; readonly problems: readonly string[] };

const file = '(command line)';

/** Reads the probes on each host, sends no command that is known to change one, and evaluates the expression over their answers. */
export async function evaluateOnHosts(request: EvalRequest): Promise<EvalEnd> {
  const packs = await readPacks(request.packs ?? []);
  if (packs.value === undefined) return { kind: 'invalid', diagnostics: packs.diagnostics };
  const { text, asTyped } = expressionRunbook(request, await loadRegistry(packs.value), packs.value);
  const trusted = packs.value.map((pack) => pack.file);
  const [runbook, inventory] = await Promise.all([
    checkRunbook(file, {
      packs: trusted,
      readFile: async () => new TextEncoder().encode(text),
      realpath: async (path) => path,
    }),
    readInventory(request.inventory, request.reach),
  ]);
  const ofRunbook = runbook.diagnostics.map((each) => (each.at.file === file ? asTyped(each) : each));
  const diagnostics = [...ofRunbook, ...inventory.diagnostics];
  if (runbook.value === undefined || inventory.value === undefined) return { kind: 'invalid', diagnostics };
  const asked = wholeRequest({ ...request, mode: 'dry_run', runbook: file });
  const planned = await planRun(asked, runbook.value, inventory.value);
  if (planned.kind === 'refused') return planned;
  asked.onPlan(planned.plan, planned.warnings);
  const reach = await reachHosts(asked);
  try {
    const end = await execute(asked, planned.plan, inventory.value, reach.transportFor, {
      kind: 'run',
      watchWritten: true,
    });
    if (end.kind === 'not_begun') return notBegun(end.failure);
    const { traceExpression } = await import('../expr/trace.ts');
    const hosts = planned.plan.hosts.map((host): EvaluatedHost => {
      const plan = end.result.plans.find((entry) => entry.host === host.host.name);
      const reason = end.result.outcomes.find((entry) => entry.host === host.host.name)?.reason ?? 'not looked at';
      if (plan === undefined) return { host: host.host.name, reason };
      return { host: host.host.name, trace: traceExpression(request.expression, scopeOf(host, plan)) };
    });
    return { kind: 'evaluated', hosts, diagnostics };
  } finally {
    await reach.close();
  }
}

function scopeOf({ host }: PlannedHost, { snapshots }: HostPlan): ReadonlyMap<string, Value> {
  const { name, groups, vars, connect } = host;
  const values = new Map<string, Value>([['host', { name, address: connect.address, groups, vars }]]);
  for (const snapshot of snapshots) values.set(snapshot.id.replace(/^eval\./, ''), read(snapshot));
  return values;
}

function read({ value, unknown }: Snapshot): Value {
  return value ?? new Unknown(unknown ?? 'not read');
}
