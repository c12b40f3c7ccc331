import type { Event } from '../model/event.ts';
import type { StepOutcome, Verdict } from '../model/result.ts';
import { safeLine } from '../model/safe-text.ts';
import { createBatchNote } from './batch-note.ts';
import type { Board, RunStarted } from './board.ts';
import { statusLine } from './host-board.ts';
import { createRow, type Row } from './row.ts';
import { pad, truncate, width } from './text.ts';
import { type Colours, isUndo, outcomePaint, word } from './words.ts';

/** Later ones hide earlier ones: of a step's items the worst shows, and what was done hides what would be. */
const weight: readonly StepOutcome[] = [
  'ok',
  'skipped',
  'would_change',
  'undetermined',
  'changed',
  'rolled_back',
  'failed',
  'unreachable',
  'unknown',
];

interface StepState {
  readonly row: Row;
  readonly outcomes: Map<string, StepOutcome>;
}

/** A row per step with counts of hosts: for more hosts than a screen has lines. */
export function createStepBoard(started: RunStarted): Board {
  const total = started.hosts.length;
  const undo = isUndo(started);
  const columnsOfId = Math.min(24, Math.max(7, ...started.steps.map((step) => width(safeLine(step.id)))));
  const reached = new Set<string>();
  const unreachable = new Set<string>();
  const verdicts = new Map<string, Verdict>();
  const current = new Map<string, string>();
  /** Hosts whose fix or rollback waits for its turn. */
  const waiting = new Set<string>();
  const batches = createBatchNote();
  const connect = createRow('connect', (columns, colours) => {
    const bad = unreachable.size === 0 ? '' : `  ${colours.redBright(`${unreachable.size} unreachable`)}`;
    const head = `${colours.bold(pad('connect', columnsOfId))}  `;
    return columns < 40 ? head : `${head}${reached.size} of ${total} hosts reached${bad}`;
  });
  const steps = new Map<string, StepState>(
    started.steps.map(({ id, title }) => {
      const outcomes = new Map<string, StepOutcome>();
      const text = (columns: number, colours: Colours): string => stepText(id, title, outcomes, columns, colours);
      return [id, { row: createRow(`step ${id}`, text), outcomes }];
    }),
  );

  function stepText(
    id: string,
    title: string,
    outcomes: ReadonlyMap<string, StepOutcome>,
    columns: number,
    colours: Colours,
  ): string {
    const there = [...current].flatMap(([host, step]) => (step === id ? [host] : []));
    const wait = there.filter((host) => waiting.has(host)).length;
    const running = there.length - wait;
    const parts: { text: string; painted: string }[] = running > 0 ? [part(`${running} running`, colours.bold)] : [];
    if (wait > 0) parts.push(part(`${wait} waiting`, colours.yellow));
    for (const outcome of [...weight].reverse()) {
      const hosts = [...outcomes.values()].filter((other) => other === outcome).length;
      if (hosts > 0) parts.push(part(`${hosts} ${word(outcome)}`, outcomePaint(colours, outcome, undo)));
    }
    const room = Math.max(0, columns - columnsOfId - 2);
    const name = colours.bold(pad(truncate(safeLine(id), columnsOfId), columnsOfId));
    const counts = parts.map((each) => each.text).join(', ');
    if (counts.length > room) return `${name}  ${truncate(counts, room)}`;
    const left = room - counts.length - 2;
    const about = left > 10 ? colours.dim(truncate(safeLine(title), left)) : '';
    return `${name}  ${parts.map((each) => each.painted).join(', ')}${parts.length > 0 ? '  ' : ''}${about}`;
  }

  function take(event: Event): void {
    batches.take(event);
    if (!('host' in event) || event.host === undefined || event.type === 'warning') return;
    const { host } = event;
    if (event.type === 'fix.waiting') waiting.add(host);
    else waiting.delete(host);
    if (event.type === 'host.connecting') {
      connect.begun = true;
      // It is tried again.
      if (unreachable.delete(host)) verdicts.delete(host);
    } else if (event.type === 'host.connected') reached.add(host);
    else if (event.type === 'host.unreachable') {
      unreachable.add(host);
      verdicts.set(host, 'unreachable');
      current.delete(host);
    } else if (event.type === 'step.started') {
      current.set(host, topStep(event.step));
      const step = steps.get(topStep(event.step));
      if (step !== undefined) step.row.begun = true;
    } else if (event.type === 'step.finished') stepFinished(host, topStep(event.step), event.result.outcome);
    else if (event.type === 'host.planned' && started.dryRun) hostEnded(host, event.plan.verdict);
    else if (event.type === 'host.planned') current.delete(host);
    else if (event.type === 'host.finished') hostEnded(host, event.outcome.verdict);
    if (reached.size + unreachable.size >= total) connect.end(unreachable.size > 0 ? 'bad' : 'good');
  }
  function stepFinished(host: string, id: string, outcome: StepOutcome): void {
    if (current.get(host) === id) current.delete(host);
    const step = steps.get(id);
    if (step === undefined) return;
    step.row.begun = true;
    const before = step.outcomes.get(host);
    if (before === undefined || weight.indexOf(outcome) > weight.indexOf(before)) step.outcomes.set(host, outcome);
  }
  function hostEnded(host: string, verdict: Verdict): void {
    verdicts.set(host, verdict);
    current.delete(host);
    if (verdicts.size < total) return;
    connect.end(unreachable.size > 0 ? 'bad' : 'good');
    for (const { row, outcomes } of steps.values()) {
      const ends = new Set(outcomes.values());
      // What would change was left, where hosts did not begin any more.
      const left = !row.begun || (!started.dryRun && ends.has('would_change'));
      row.end(ends.has('failed') || ends.has('unknown') ? 'bad' : left ? 'skipped' : 'good');
    }
  }
  function status(columns: number, colours: Colours): string {
    return statusLine(batches.text(), [...verdicts.values()], started, columns, colours);
  }
  return { rows: [connect, ...[...steps.values()].map((step) => step.row)], take, status };
}

function part(text: string, paint: (text: string) => string): { readonly text: string; readonly painted: string } {
  return { text, painted: paint(text) };
}

/** Steps of a used runbook (`ID/STEP`) count for the step that uses it. */
function topStep(step: string): string {
  return step.split('/')[0] ?? step;
}
