import type { Event } from '../model/event.ts';
import { itemName } from '../model/item-name.ts';
import { canonicalJson, isObject, type Json } from '../model/json.ts';
import type { ItemPlan, PlannedChange, StepPlan } from '../model/plan.ts';
import { needsLook } from '../model/result.ts';
import type { HostEnd } from '../model/run-summary.ts';
import { hostCommands } from './commands.ts';
import { contentDiff } from './content-diff.ts';
import type { ChangeReport, End, HostReport, ItemReport, Reading, StepReport, SymptomLook } from './report.ts';
import { timeLine } from './time-line.ts';

type Of<T extends Event['type']> = Extract<Event, { type: T }>;
/** What happened on one host. */
export type OfHost = Exclude<Extract<Event, { readonly host: string }>, Of<'warning'>>;

interface Sources {
  readonly end: HostEnd;
  readonly verdict: End;
  readonly undo: boolean;
  readonly diagnosis: string;
  /** Of this host, in order. */
  readonly events: readonly OfHost[];
  readonly started: Of<'run.started'>;
  readonly stateDir: string | undefined;
}

/** All that a report tells of one host. */
export function hostReport({ end, verdict, undo, diagnosis, events, started, stateDir }: Sources): HostReport {
  const connected = events.findLast((event) => event.type === 'host.connected');
  const planned = events.findLast((event) => event.type === 'host.planned');
  const finished = events.findLast((event) => event.type === 'host.finished');
  const whole = finished?.outcome ?? planned?.plan;
  const symptom = whole?.symptom ?? 'unknown';
  const verified = verifications(events);
  const { reason, help, see, underWay, notes, standing } = end;
  const { hostKey, machineId, bootId } = connected ?? {};
  return {
    host: end.host,
    verdict,
    needsLook: wantsLook(end, symptom, undo),
    diagnosis,
    ...(reason === undefined ? {} : { reason }),
    ...(help === undefined ? {} : { help }),
    ...(see === undefined ? {} : { see }),
    symptom,
    ...(hostKey === undefined ? {} : { hostKey }),
    ...(machineId === undefined ? {} : { machineId }),
    ...(bootId === undefined ? {} : { bootId }),
    ms: span(events),
    notes,
    standing,
    ...(underWay === undefined ? {} : { underWay }),
    looks: events.flatMap(lookOf),
    steps: end.steps.map((step) => stepReport(step, verified)),
    readings: events.flatMap(readingOf),
    timeLine: timeLine(events, Date.parse(started.at)),
    outputs: whole?.outputs ?? {},
    commands: hostCommands(started, end, stateDir),
  };
}

/** Where the symptom is left, though the runbook was not for it, somebody has to look: the exit code says so too. An undo is there to roll back. */
function wantsLook({ verdict, begun }: HostEnd, symptom: HostReport['symptom'], undo: boolean): boolean {
  if (verdict === undefined) return begun;
  if (verdict === 'not_applicable') return symptom === 'present';
  return needsLook(verdict, undo);
}

function span(events: readonly OfHost[]): number {
  const [first, last] = [events.at(0), events.at(-1)];
  return first === undefined || last === undefined ? 0 : Math.max(0, Date.parse(last.at) - Date.parse(first.at));
}

function lookOf(event: OfHost): readonly SymptomLook[] {
  if (event.type !== 'symptom.looked') return [];
  const { at, when, present, reasons } = event;
  return [{ at, when, present, reasons }];
}

function readingOf(event: OfHost): readonly Reading[] {
  if (event.type !== 'probe.read') return [];
  const { type, seq, run, host, ...reading } = event;
  return [reading];
}

/** The looks at each unit's own claim. */
type Verifications = ReadonlyMap<string, ItemReport['verify']>;

function verifications(events: readonly OfHost[]): Verifications {
  const found = new Map<string, ItemReport['verify']>();
  for (const event of events) {
    if (event.type !== 'verify.looked') continue;
    const { at, held, reasons } = event;
    const place = placeOf(event.step, event.within, event.item);
    found.set(place, [...(found.get(place) ?? []), { at, held, reasons }]);
  }
  return found;
}

function placeOf(step: string, within: string | undefined, item: Json | undefined): string {
  return canonicalJson([step, within ?? '', item ?? null]);
}

function stepReport({ id, within, title, result, notes, items }: StepPlan, verified: Verifications): StepReport {
  return {
    id,
    title,
    result,
    notes,
    items: items.map((item) => itemReport(item, verified.get(placeOf(id, within, item.item)) ?? [])),
  };
}

function itemReport(item: ItemPlan, verify: ItemReport['verify']): ItemReport {
  const { title, result, gate, alternative } = item;
  return {
    ...(item.item === null ? {} : { name: itemName(item.item) }),
    title,
    result,
    gate,
    proofs: proofsOf(item.item),
    ...(alternative === undefined ? {} : { alternative: { title: alternative.title, others: alternative.others } }),
    changes: item.changes.map(changeReport),
    verify,
  };
}

/** An item that proves itself says so in a member `proof_text`, or in a list `proof`. */
function proofsOf(item: Json): readonly string[] {
  if (!isObject(item)) return [];
  const { proof_text: text, proof } = item;
  if (typeof text === 'string') return [text];
  return Array.isArray(proof) ? proof.filter((line): line is string => typeof line === 'string') : [];
}

function changeReport({ contents, ...change }: PlannedChange): ChangeReport {
  const { action, summary, on, become, commands, before, irreversible, predicted } = change;
  return {
    action,
    summary,
    ...(on === undefined ? {} : { on }),
    become,
    commands,
    before,
    change: change.change,
    diffs: contents.map(contentDiff),
    ...(irreversible === undefined ? {} : { irreversible }),
    ...(predicted === undefined ? {} : { predicted }),
  };
}
