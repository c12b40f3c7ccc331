import { canonicalJson, type Json } from '../model/json.ts';
import type { HostPlan, ItemPlan, PlannedChange, Snapshot, StepPlan } from '../model/plan.ts';
import { withoutItems } from '../model/reading-id.ts';
import type { Resource } from '../model/resource.ts';
import { jsonDifferences } from './json-differences.ts';

/**
 * What is not as it was when a plan was made, the most telling first; empty: all that the plan rests on still holds. Compared are
 * the changes with the states before them and the commands that make them, what each step comes to, the symptom, and what every
 * probe's fingerprint says; times, reasons and notes are not. Of what is `ours` only what is asked for counts, not the state that it
 * starts from. Both must have passed the redactor. Pure.
 */
export function comparePlans(saved: HostPlan, now: HostPlan, ours: Ours = () => false): readonly string[] {
  const pairs = pairsOf(itemsOf(saved), itemsOf(now));
  const differences = [
    ...newlyFailed(saved.steps, now.steps),
    ...onceDifferences(saved.steps, now.steps),
    ...pairs.flatMap(({ was, is }) => changeDifferences(was, is, ours)),
    ...(saved.symptom === now.symptom ? [] : [`symptom: ${saved.symptom} → ${now.symptom}`]),
    ...snapshotDifferences(othersOf(saved.snapshots, ours), othersOf(now.snapshots, ours)),
    ...pairs.flatMap(({ was, is }) => itemDifferences(was, is)),
    ...stepDifferences(saved.steps, now.steps),
    ...(saved.verdict === now.verdict ? [] : [`verdict: ${words(saved.verdict)} → ${words(now.verdict)}`]),
  ];
  return [...new Set(differences)];
}

/** Whether the very run that carries the plan out changed any of these resources meanwhile, `on` another host if that is given. */
export type Ours = (on: string | undefined, resources: readonly Resource[]) => boolean;

interface PlacedItem {
  readonly step: StepPlan;
  readonly plan: ItemPlan;
}

interface Pair {
  readonly was: PlacedItem | undefined;
  readonly is: PlacedItem | undefined;
}

function itemsOf(plan: HostPlan): readonly PlacedItem[] {
  return plan.steps.flatMap((step) => step.items.map((item) => ({ step, plan: item })));
}

/** The same item of the same step; those that have none are paired in their order, since an item may hold times and counts. */
function pairsOf(was: readonly PlacedItem[], is: readonly PlacedItem[]): readonly Pair[] {
  const exact = ({ step, plan }: PlacedItem): string => canonicalJson([step.id, step.within ?? '', plan.item]);
  const near = ({ step }: PlacedItem): string => step.id;
  const first = pairBy(exact, was, is);
  const rest = pairBy(near, first.was, first.is);
  return [
    ...[...first.pairs, ...rest.pairs].sort((a, b) => was.indexOf(a.was) - was.indexOf(b.was)),
    ...rest.was.map((item) => ({ was: item, is: undefined })),
    ...rest.is.map((item) => ({ was: undefined, is: item })),
  ];
}

function pairBy(key: (item: PlacedItem) => string, was: readonly PlacedItem[], is: readonly PlacedItem[]) {
  const left = [...is];
  const pairs: { readonly was: PlacedItem; readonly is: PlacedItem }[] = [];
  const alone = was.filter((item) => {
    const at = left.findIndex((other) => key(other) === key(item));
    const [other] = at < 0 ? [] : left.splice(at, 1);
    if (other !== undefined) pairs.push({ was: item, is: other });
    return other === undefined;
  });
  return { pairs, was: alone, is: left };
}

function changeDifferences(was: PlacedItem | undefined, is: PlacedItem | undefined, ours: Ours): readonly string[] {
  const step = was?.step.id ?? is?.step.id ?? '';
  const [before, now] = [was?.plan.changes ?? [], is?.plan.changes ?? []];
  const twin = (change: PlannedChange, list: readonly PlannedChange[]) =>
    list.find((other) => sameTarget(other, change));
  const differences = before.flatMap((change) => {
    const other = twin(change, now);
    if (other === undefined) return [`step ${step}: no longer due: ${change.summary}`];
    return oneChange(step, change, other, ours(change.on, change.touches));
  });
  const come = now.filter((change) => twin(change, before) === undefined);
  differences.push(...come.map((change) => `step ${step}: due now, and not in the plan: ${change.summary}`));
  if (differences.length > 0) return differences;
  const order = (list: readonly PlannedChange[]): string =>
    canonicalJson(list.map(({ action, params }) => [action, params]));
  return order(before) === order(now) ? [] : [`step ${step}: its changes come in another order`];
}

function sameTarget(one: PlannedChange, other: PlannedChange): boolean {
  const same = (a: Json, b: Json): boolean => canonicalJson(a) === canonicalJson(b);
  if (one.action !== other.action || one.on !== other.on) return false;
  return same(one.params, other.params) || same(one.change, other.change);
}

function oneChange(step: string, was: PlannedChange, is: PlannedChange, ours: boolean): string[] {
  if (ours && canonicalJson(was.params) === canonicalJson(is.params)) {
    const asked = ({ become, touches, irreversible }: PlannedChange): Json =>
      JSON.parse(JSON.stringify({ become, touches, irreversible }));
    return jsonDifferences('', asked(was), asked(is)).map((text) => `step ${step}: ${was.summary}: ${text}`);
  }
  const before = jsonDifferences('', was.before, is.before);
  if (before.length > 0) return before.map((text) => `${subjectOf(was)}: ${text}`);
  if (canonicalJson(was.change) !== canonicalJson(is.change)) {
    const same = was.summary === is.summary;
    const how = same
      ? jsonDifferences('', was.change, is.change).join(', ')
      : `${is.summary} instead of ${was.summary}`;
    return [`step ${step}: the change would be another: ${same ? `${was.summary}: ${how}` : how}`];
  }
  const rest = ({ become, commands, touches, irreversible, predicted, contents }: PlannedChange): Json =>
    JSON.parse(JSON.stringify({ become, commands, touches, irreversible, predicted, contents }));
  return jsonDifferences('', rest(was), rest(is)).map((text) => `step ${step}: ${was.summary}: ${text}`);
}

/** What a change is about: `httpd_can_network_connect` of `httpd_can_network_connect: off → on`. */
function subjectOf({ summary }: PlannedChange): string {
  const [subject = ''] = summary.split(': ', 1);
  return subject === '' ? summary : subject;
}

function itemDifferences(was: PlacedItem | undefined, is: PlacedItem | undefined): readonly string[] {
  // A step that is there on one side only, or is of other items, is told of as such.
  if (was === undefined || is === undefined) {
    const { step, plan } = was ?? is ?? {};
    const item = plan === undefined || plan.item === null ? '' : ` for ${canonicalJson(plan.item).slice(0, 80)}`;
    return [`step ${step?.id ?? ''}${item}: ${was === undefined ? 'not in the plan' : 'not reached any more'}`];
  }
  const shown = ({ result, confirm, irreversible, alternative }: ItemPlan): Json =>
    JSON.parse(JSON.stringify({ outcome: result.outcome, confirm, irreversible, alternative }));
  return jsonDifferences('', shown(was.plan), shown(is.plan)).map((text) => `step ${was.step.id}: ${text}`);
}

function stepDifferences(was: readonly StepPlan[], is: readonly StepPlan[]): readonly string[] {
  const [before, now] = [numbered(was), numbered(is)];
  return [...new Set([...before.keys(), ...now.keys()])].flatMap((key) => {
    const [one, other] = [before.get(key), now.get(key)];
    const outcome = (step: StepPlan | undefined): string => words(step?.result.outcome ?? 'not there');
    if (outcome(one) === outcome(other)) return [];
    return [`step ${one?.id ?? other?.id ?? ''}: ${outcome(one)} → ${outcome(other)}`];
  });
}

/** Of steps that run once: which host runs them for this one. */
function onceDifferences(was: readonly StepPlan[], is: readonly StepPlan[]): readonly string[] {
  const now = numbered(is);
  return [...numbered(was)].flatMap(([key, { id, result }]) => {
    const other = now.get(key)?.result;
    if (other === undefined || other.on === result.on || other.outcome === 'failed') return [];
    return [`step ${id}: run on ${result.on ?? 'this host'} → on ${other.on ?? 'this host'}`];
  });
}

/** A step that fails now, or is failed by another host, tells why all that follows from it is otherwise. */
function newlyFailed(was: readonly StepPlan[], is: readonly StepPlan[]): readonly string[] {
  const before = numbered(was);
  return [...numbered(is)].flatMap(([key, { id, result }]) => {
    const earlier = before.get(key)?.result;
    const fails = result.outcome === 'failed' && (earlier?.outcome !== 'failed' || earlier.on !== result.on);
    return fails ? [`step ${id}: ${result.reason ?? 'failed'}`] : [];
  });
}

/** Steps by id and number: those inside a `use` come once for each item. */
function numbered(steps: readonly StepPlan[]): ReadonlyMap<string, StepPlan> {
  const counts = new Map<string, number>();
  return new Map(
    steps.map((step) => {
      const count = (counts.get(step.id) ?? 0) + 1;
      counts.set(step.id, count);
      return [`${step.id} ${count}`, step] as const;
    }),
  );
}

/**
 * By name, whatever its items are and whatever was asked: both follow from other answers, whose fingerprints are compared
 * themselves, and hold what those leave out.
 */
function snapshotDifferences(was: readonly Snapshot[], is: readonly Snapshot[]): readonly string[] {
  const [before, now] = [byName(was), byName(is)];
  return [...new Set([...before.keys(), ...now.keys()])].sort().flatMap((name) => {
    const [gone, come] = apart(before.get(name) ?? [], now.get(name) ?? []);
    const pairs = gone.slice(0, come.length).flatMap((one, index) => oneReading(name, one, come[index] ?? one));
    return [
      ...pairs,
      ...gone.slice(come.length).map(() => `${name}: read for the plan, and not now`),
      ...come.slice(gone.length).map(() => `${name}: read now, and not for the plan`),
    ];
  });
}

function othersOf(snapshots: readonly Snapshot[], ours: Ours): readonly Snapshot[] {
  return snapshots.filter(({ on, reads }) => !ours(on, reads));
}

/** What one list of readings has more of than the other, and the other way round. */
function apart(was: readonly Snapshot[], is: readonly Snapshot[]): readonly [readonly Snapshot[], readonly Snapshot[]] {
  const left = [...is];
  const gone = was.filter((snapshot) => {
    const text = meaning(snapshot);
    const at = left.findIndex((other) => meaning(other) === text);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
  return [gone, left];
}

/** Why a probe could not be read is not compared: it may name what changes with each look. */
function meaning({ probe, predicted, unknown, fingerprint }: Snapshot): string {
  const what = predicted === true ? 'predicted' : unknown !== undefined ? 'unknown' : { fingerprint };
  return canonicalJson([probe, what]);
}

function oneReading(name: string, was: Snapshot, is: Snapshot): readonly string[] {
  if (is.unknown !== undefined) return [`${name}: cannot be read any more: ${is.unknown}`];
  if (was.unknown !== undefined) return [`${name}: could not be read (${was.unknown}), and can be now`];
  const differences = jsonDifferences(name, was.fingerprint, is.fingerprint);
  return differences.length > 0 ? differences : [`${name}: comes about in another way`];
}

function byName(snapshots: readonly Snapshot[]): ReadonlyMap<string, readonly Snapshot[]> {
  const names = new Map<string, Snapshot[]>();
  for (const snapshot of snapshots) {
    const name = withoutItems(snapshot.id);
    names.set(name, [...(names.get(name) ?? []), snapshot]);
  }
  return names;
}

function words(text: string): string {
  return text.replaceAll('_', ' ');
}
