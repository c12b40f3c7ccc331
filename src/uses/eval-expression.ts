// `mendgate eval`: an expression and the probes it asks → a runbook that only reads → what the expression is on each host.

import type { Trace } from '../expr/trace.ts';
import { execute, planRun, reachHosts, readInventory } from '../mend.ts';
import { type MendRequest, notBegun, wholeRequest } from '../mend-request.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Json } from '../model/json.ts';
import type { Catalog, ProbeDeclaration, UserPack } from '../model/pack.ts';
import type { HostPlan, PlannedHost, Snapshot } from '../model/plan.ts';
import type { Schema } from '../model/schema.ts';
import { Unknown } from '../model/unknown.ts';
import type { Value } from '../model/value.ts';
import { checkRunbook, loadRegistry, readPacks } from '../registry.ts';

/** A probe as the command line names it: `e=nginx.upstream_errors since=1h`. */
export interface AskedProbe {
  readonly name: string;
  readonly probe: string;
  /** As typed; each becomes what the probe's params say. */
  readonly params: ReadonlyMap<string, string>;
}

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

/** Reads the probes on each host, changes nothing, and evaluates the expression over their answers. */
export async function evaluateOnHosts(request: EvalRequest): Promise<EvalEnd> {
  const packs = await readPacks(request.packs ?? []);
  if (packs.value === undefined) return { kind: 'invalid', diagnostics: packs.diagnostics };
  const text = runbookText(request, await loadRegistry(packs.value), packs.value);
  const trusted = packs.value.map((pack) => pack.file);
  const [runbook, inventory] = await Promise.all([
    checkRunbook(file, {
      packs: trusted,
      readFile: async () => new TextEncoder().encode(text),
      realpath: async (path) => path,
    }),
    readInventory(request.inventory, request.reach),
  ]);
  const diagnostics = [...runbook.diagnostics, ...inventory.diagnostics];
  if (runbook.value === undefined || inventory.value === undefined) return { kind: 'invalid', diagnostics };
  const asked = wholeRequest({ ...request, mode: 'dry_run', runbook: file });
  const planned = await planRun(asked, runbook.value, inventory.value);
  if (planned.kind === 'refused') return planned;
  asked.onPlan(planned.plan, planned.warnings);
  const reach = await reachHosts(asked);
  try {
    const end = await execute(asked, planned.plan, inventory.value, reach.transportFor);
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

/** JSON is YAML: positions of what is wrong stay inside the words of the command line. */
function runbookText({ expression, probes }: EvalRequest, catalog: Catalog, packs: readonly UserPack[]): string {
  const calls = probes.map(({ name, probe, params }) => {
    const call = { [probe]: paramsOf(params, catalog.probes.get(probe)) };
    return `      ${JSON.stringify(name)}: ${JSON.stringify(call)}\n`;
  });
  const asks = calls.length === 0 ? '    verify: { that: "true" }\n' : `    probes:\n${calls.join('')}`;
  const named = packs.length === 0 ? '' : `packs: ${JSON.stringify(packs.map((pack) => pack.file))}\n`;
  return `runbook: eval\ntitle: eval\n${named}steps:\n  - id: eval\n${asks}outputs:\n  value: ${quoted(expression)}\n`;
}

/** As it was typed, where YAML lets it stand on one line. */
function quoted(text: string): string {
  return /^[ -~]*$/.test(text) ? `'${text.replaceAll("'", "''")}'` : JSON.stringify(text);
}

function paramsOf(given: ReadonlyMap<string, string>, probe: ProbeDeclaration | undefined): Json {
  return Object.fromEntries(
    [...given].map(([name, text]) => [name, text.includes('${{') ? text : typed(text, probe?.params.properties[name])]),
  );
}

/** What was typed, as the param's type wants it; what does not fit is left for the check to refuse. */
function typed(text: string, schema: Schema | undefined): Json {
  switch (schema?.type) {
    case 'integer':
    case 'number':
      return /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : text;
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : text;
    case 'array':
      return text.startsWith('[') ? jsonOf(text) : text.split(',').map((part) => typed(part, schema.items));
    case 'object':
    case 'any':
      return jsonOf(text);
    default:
      return text;
  }
}

function jsonOf(text: string): Json {
  try {
    // JSON.parse gives JSON.
    return JSON.parse(text) as Json;
  } catch {
    return text;
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
