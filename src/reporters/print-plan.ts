import { formatDuration } from '../model/duration.ts';
import { foldNames } from '../model/fold-names.ts';
import type { HostPlan, Reason } from '../model/plan.ts';
import type { Verdict } from '../model/result.ts';
import { formatCount, type Rollout } from '../model/rollout.ts';
import { safeLine } from '../model/safe-text.ts';
import { planBody } from './plan-body.ts';
import { reasonLines } from './reasons.ts';
import { count, hang, hangText } from './text.ts';
import { type Colours, coloursOf, verdictPaint, word } from './words.ts';

/** How a plan is printed. */
export interface PlanPrintOptions {
  readonly colour: boolean;
  /** `Infinity`: lines are never broken. */
  readonly columns: number;
  readonly diff: boolean;
  readonly verbosity: number;
  /** For "18 hosts of 40". */
  readonly inventoryHosts?: number;
  /** Absent: all hosts at once. */
  readonly rollout?: Rollout;
  /** Delegates outside the selection. */
  readonly alsoReaches?: readonly string[];
}

interface Group {
  readonly plans: readonly [HostPlan, ...HostPlan[]];
  readonly body: readonly string[];
}

/** The plan for the reader: hosts whose plans look alike are shown once. Ends with a line end. */
export function printPlan(plans: readonly HostPlan[], options: PlanPrintOptions): string {
  const colours = coloursOf(options.colour);
  const lines = [colours.bold(headLine(plans.length, options)), ''];
  for (const group of groupsOf(plans, options, colours)) lines.push(...groupLines(group, options, colours), '');
  lines.push(...footLines(plans, options, colours));
  return `${lines.join('\n')}\n`;
}

function headLine(hosts: number, options: PlanPrintOptions): string {
  const of = options.inventoryHosts === undefined ? '' : ` of ${options.inventoryHosts}`;
  const also = options.alsoReaches ?? [];
  return `${count(hosts, 'host')}${of}${also.length > 0 ? `; also reaches ${safeLine(foldNames(also))}` : ''}`;
}

const urgency: readonly Verdict[] = [
  'would_fix',
  'fixed',
  'undetermined',
  'unknown',
  'rollback_failed',
  'refused',
  'not_fixed',
  'rolled_back',
  'not_applicable',
  'unreachable',
  'not_started',
  'healthy',
];

/** Alike = nothing that is shown differs; reasons may, since they quote what each host answered. */
function groupsOf(plans: readonly HostPlan[], options: PlanPrintOptions, colours: Colours): readonly Group[] {
  const groups = new Map<string, { plans: [HostPlan, ...HostPlan[]]; body: readonly string[] }>();
  for (const plan of plans) {
    const body = planBody(plan, options, colours);
    const key = JSON.stringify([plan.verdict, plan.reason, plan.diagnosis, plan.symptom, plan.see, body]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { plans: [plan], body });
    else group.plans.push(plan);
  }
  const rank = (group: Group): number => urgency.indexOf(group.plans[0].verdict);
  return [...groups.values()].sort((a, b) => rank(a) - rank(b) || b.plans.length - a.plans.length);
}

function groupLines(group: Group, options: PlanPrintOptions, colours: Colours): string[] {
  const { columns } = options;
  const [first] = group.plans;
  const size = count(group.plans.length, 'host');
  const names = safeLine(foldNames(group.plans.map((plan) => plan.host)));
  const verdict = word(first.verdict);
  const about = new Set([first.diagnosis.trimEnd(), first.reason?.trimEnd() ?? '']);
  const text = [...about].filter((part) => part !== '' && part !== verdict).join(': ');
  const paint = verdictPaint(colours, first.verdict);
  const lines = hang(`${size}  `, names, columns, colours.bold, colours.bold);
  lines.push(...(text === '' ? [paint(`  ${verdict}`)] : hangText(`  ${verdict}: `, text, columns, undefined, paint)));
  if (first.see !== undefined) lines.push(...hang('  see: ', safeLine(first.see), columns));
  if (first.symptom !== 'none') lines.push(...symptomLines(group, columns, colours));
  return [...lines, ...group.body];
}

function symptomLines(group: Group, columns: number, colours: Colours): string[] {
  const [first, ...others] = group.plans;
  const same = (plan: HostPlan): boolean => key(plan.symptomReasons) === key(first.symptomReasons);
  const from = others.every(same) || first.symptomReasons.length === 0 ? '' : ` (as seen on ${safeLine(first.host)})`;
  return [
    ...hang('  symptom ', `${first.symptom}${from}`, columns),
    ...reasonLines(first.symptomReasons, '    ', columns, colours),
  ];
}

function key(reasons: readonly Reason[]): string {
  return JSON.stringify(reasons);
}

/** What will happen, in counts, and the traces that looking has left. */
function footLines(plans: readonly HostPlan[], options: PlanPrintOptions, colours: Colours): string[] {
  const lines = hang('Plan: ', planCounts(plans), options.columns, colours.bold, colours.bold);
  if (options.rollout !== undefined) lines.push(...hang('  ', rolloutText(options.rollout), options.columns));
  const traces = new Map<string, number>();
  for (const trace of plans.flatMap((plan) => plan.traces)) {
    const text = trace.replace(/^sends /, '');
    traces.set(text, (traces.get(text) ?? 0) + 1);
  }
  const shown = [...traces].slice(0, 10);
  for (const [trace, times] of shown) {
    lines.push(...hang('  sends ', `${safeLine(trace)}${times > 1 ? `  (${times} times)` : ''}`, options.columns));
  }
  if (traces.size > shown.length) lines.push(`  sends … and ${traces.size - shown.length} more`);
  const declared = Math.max(0, ...plans.map((plan) => plan.declaredProbes));
  if (declared > 0) lines.push(`  probes declared, not proved, read-only: ${declared}`);
  return lines;
}

/** `in batches of 1, 5, 20%, each diagnosis proved on one host first; pause 5m; max_fail 0`. */
function rolloutText({ batches, pauseMs, maxFail }: Rollout): string {
  const sizes = (batches ?? []).map(formatCount).join(', ');
  const parts = [
    sizes === '' ? 'all hosts at once' : `in batches of ${sizes}, each diagnosis proved on one host first`,
    pauseMs === undefined || pauseMs === 0 ? '' : `pause ${formatDuration(pauseMs)}`,
    `max_fail ${maxFail === undefined ? 0 : formatCount(maxFail)}`,
  ];
  return parts.filter((part) => part !== '').join('; ');
}

/** `12 hosts would change, 4 healthy, 2 undetermined`. */
function planCounts(plans: readonly HostPlan[]): string {
  const changes = (plan: HostPlan): boolean =>
    plan.steps.some(({ result }) => result.outcome === 'would_change' && result.on === undefined);
  const others = plans.filter((plan) => !changes(plan));
  const changing = plans.length - others.length;
  const parts = [changing === 0 ? 'no host would change' : `${count(changing, 'host')} would change`];
  for (const verdict of ['healthy' as const, ...urgency.filter((other) => other !== 'healthy')]) {
    const n = others.filter((plan) => plan.verdict === verdict).length;
    if (n > 0) parts.push(`${n} ${word(verdict)}`);
  }
  return parts.join(', ');
}
