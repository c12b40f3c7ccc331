import type { Event } from '../model/event.ts';
import type { AttemptRecord, HostHistory, RunHistory, UnitKey, UnitRecord } from '../model/history.ts';
import { canonicalJson, type Json } from '../model/json.ts';
import type { StepResult } from '../model/result.ts';

type Of<T extends Event['type']> = Extract<Event, { type: T }>;
type Open<T> = { -readonly [K in keyof T]: T[K] };

interface UnitDraft extends Open<Omit<UnitRecord, 'attempts'>> {
  attempts: Open<AttemptRecord>[];
  /** Where `step.finished` finds it. */
  readonly place: string;
}
interface HostDraft extends Open<Omit<HostHistory, 'units'>> {
  units: UnitDraft[];
  /** By its place: what was begun there last. */
  readonly begun: Map<string, UnitDraft>;
  /** Its ids are those of the machine that the run was at: who answers from now on is measured by them. */
  known: boolean;
}

/**
 * A run as its events tell it, in their order, from `run.started` on. Later tellings replace earlier ones, as when a run was gone
 * on with; but for which machine a host is, once something was begun on it or the run was gone on with. Pure.
 */
export function readHistory(events: Iterable<Event>): RunHistory {
  let started: Of<'run.started'> | undefined;
  let exitCode: number | undefined;
  let lastSeq = 0;
  const hosts = new Map<string, HostDraft>();
  for (const event of events) {
    lastSeq = event.seq;
    if (event.type === 'run.started') {
      started = event;
      for (const host of event.hosts) hosts.set(host, { host, units: [], begun: new Map(), known: false });
    } else if (event.type === 'run.finished') {
      exitCode = event.exitCode;
    } else if (event.type === 'run.resumed') {
      exitCode = undefined;
      for (const host of hosts.values()) host.known ||= host.hostKey !== undefined || host.machineId !== undefined;
      // They are under way again.
      for (const host of event.hosts) delete hosts.get(host)?.outcome;
    } else if ('host' in event && event.host !== undefined) {
      const host = hosts.get(event.host);
      if (host !== undefined) take(host, event);
    }
  }
  if (started === undefined) throw new Error('these events do not begin with the beginning of a run');
  const { run, at, dryRun, request, runbook } = started;
  return {
    run,
    startedAt: at,
    dryRun,
    ...(request === undefined ? {} : { request }),
    runbook: { id: runbook.id, title: runbook.title },
    hosts: [...hosts.values()].map(({ begun, known, units, ...host }) => ({
      ...host,
      units: units.map(({ place, ...unit }) => unit),
    })),
    lastSeq,
    ...(exitCode === undefined ? {} : { exitCode }),
  };
}

function take(host: HostDraft, event: Event): void {
  switch (event.type) {
    case 'host.connected':
      connected(host, event);
      return;
    case 'host.planned':
      host.plan = event.plan;
      return;
    case 'host.finished':
      host.outcome = event.outcome;
      return;
    case 'fix.intent':
      intent(host, event);
      return;
    case 'fix.result':
      result(host, event);
      return;
    case 'rollback.intent':
      for (const unit of unitsOf(host, event.key)) unit.rollback = 'begun';
      return;
    case 'rollback.result':
      for (const unit of unitsOf(host, event.key)) unit.rollback = event.done ? 'done' : 'failed';
      return;
    case 'step.finished':
      finish(host, event, event.result);
      return;
    default:
      return;
  }
}

/** A resume that comes to another machine is refused there, and that machine's ids are not the run's. */
function connected(host: HostDraft, { hostKey, machineId, bootId }: Of<'host.connected'>): void {
  if (host.known) return;
  if (hostKey !== undefined) host.hostKey = hostKey;
  if (machineId !== undefined) host.machineId = machineId;
  if (bootId !== undefined) host.bootId = bootId;
}

function intent(host: HostDraft, event: Of<'fix.intent'>): void {
  const { key, step, item, alternative, attempt, since, bootId, delegates, changes, rollback } = event;
  host.known = true;
  if (bootId !== undefined) host.bootId = bootId;
  let unit = unitsOf(host, key)[0];
  if (unit === undefined) {
    unit = {
      key,
      step,
      ...(item === undefined ? {} : { item }),
      ...(alternative === undefined ? {} : { alternative }),
      attempts: [],
      place: placeOf(event),
    };
    host.units.push(unit);
  }
  host.begun.set(unit.place, unit);
  // Begun again: what was said of it before is over, and what was taken back stands no longer.
  if (unit.rollback === 'done') unit.attempts = [];
  delete unit.rollback;
  delete unit.finished;
  if (rollback !== undefined) unit.ownRollback = rollback;
  unit.attempts = unit.attempts.filter((earlier) => earlier.attempt !== attempt);
  unit.attempts.push({
    attempt,
    ...(since === undefined ? {} : { since }),
    at: event.at,
    ...(bootId === undefined ? {} : { bootId }),
    ...(delegates === undefined ? {} : { delegates }),
    changes,
  });
}

function result(host: HostDraft, event: Of<'fix.result'>): void {
  const { outcome, reason, begun, final } = event;
  for (const unit of unitsOf(host, event.key)) {
    const attempt = unit.attempts.find((each) => each.attempt === event.attempt);
    if (attempt === undefined) continue;
    attempt.result = {
      outcome,
      ...(reason === undefined ? {} : { reason }),
      ...(begun === undefined ? {} : { begun }),
      ...(final === undefined ? {} : { final }),
    };
  }
}

/** A unit ends with its item, or with its step where that has none. Of alternatives it is the last one that was begun: the others were taken back before. */
function finish(host: HostDraft, event: Of<'step.finished'>, ended: StepResult): void {
  const unit = host.begun.get(placeOf(event));
  if (unit !== undefined) unit.finished = ended;
}

function unitsOf(host: HostDraft, key: UnitKey): readonly UnitDraft[] {
  const text = canonicalJson(key);
  return host.units.filter((unit) => canonicalJson(unit.key) === text);
}

function placeOf({
  step,
  within,
  item,
}: {
  readonly step: string;
  readonly within?: string;
  readonly item?: Json;
}): string {
  return canonicalJson([within ?? '', step, item ?? null, item !== undefined]);
}
