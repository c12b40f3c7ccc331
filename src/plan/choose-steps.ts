import type { TransportName } from '../model/inventory.ts';
import type { Plan } from '../model/plan.ts';
import type { Runbook } from '../model/runbook.ts';

/** `-t`, `--skip-tags`, `--start-at`, `--until`, and how many hosts are expected. */
export interface StepChoice {
  readonly tags: readonly string[];
  readonly skipTags: readonly string[];
  readonly startAt: string | undefined;
  /** The last step whose fix is chosen. */
  readonly until?: string;
}

/** Whether a step's fix is chosen. Probes and conclusions of the others run anyway, so no name goes missing. */
export function stepChooser(choice: StepChoice, runbook: Runbook): (step: string, tags: readonly string[]) => boolean {
  const order = runbook.steps.map((step) => step.id);
  const first = choice.startAt === undefined ? 0 : order.indexOf(choice.startAt);
  const last = choice.until === undefined ? order.length : order.indexOf(choice.until);
  return (step, tags) => {
    const place = order.indexOf(step.split('/')[0] ?? step);
    if (place < first || place > last) return false;
    if (tags.some((tag) => choice.skipTags.includes(tag))) return false;
    return choice.tags.length === 0 || tags.some((tag) => choice.tags.includes(tag));
  };
}

/** What on the command line does not fit this runbook or this many hosts; `undefined`: all fits. */
export function misplacedChoice(
  plan: Plan,
  choice: StepChoice & { readonly expectHosts: number | undefined; readonly connection?: TransportName },
): string | undefined {
  const { steps } = plan.runbook;
  const tags = new Set(tagsOf(plan.runbook));
  const stray = [...choice.tags, ...choice.skipTags].find((tag) => !tags.has(tag));
  if (stray !== undefined) return `tag ${stray} is on no step (tags: ${[...tags].join(', ') || 'none'})`;
  const order = steps.map((step) => step.id);
  for (const [flag, id] of [
    ['--start-at', choice.startAt],
    ['--until', choice.until],
  ] as const)
    if (id !== undefined && !order.includes(id)) return `${flag} ${id}: no such step (steps: ${order.join(', ')})`;
  const { startAt, until } = choice;
  if (startAt !== undefined && until !== undefined && order.indexOf(until) < order.indexOf(startAt))
    return `--until ${until} comes before --start-at ${startAt}: no fix would be chosen`;
  if (choice.expectHosts !== undefined && plan.hosts.length !== choice.expectHosts) {
    return `--expect-hosts ${choice.expectHosts}: the plan has ${plan.hosts.length}`;
  }
  const reached = new Set([...plan.hosts.map(({ host }) => host), ...(plan.delegates ?? [])]);
  const local = [...reached].filter(({ connect }) => (choice.connection ?? connect.transport) === 'local');
  if (local.length > 1)
    return `-c local is for one host, and ${local.length} are chosen: they would all be this machine`;
  return undefined;
}

/** Tags of a runbook's steps, and of the steps of those it uses. */
function tagsOf(runbook: Runbook): readonly string[] {
  return runbook.steps.flatMap(({ tags, remediation }) =>
    remediation.kind === 'use' ? [...tags, ...tagsOf(remediation.runbook)] : tags,
  );
}
