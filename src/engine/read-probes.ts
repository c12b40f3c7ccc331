import type { Scope } from '../expr/evaluate.ts';
import { interpolate } from '../expr/interpolate.ts';
import { fillDefaults } from '../model/fill-defaults.ts';
import { HostFailure } from '../model/host-failure.ts';
import { canonicalJson, isObject, type Json, type JsonObject } from '../model/json.ts';
import type { Registry } from '../model/pack.ts';
import type { Snapshot } from '../model/plan.ts';
import type { Probe } from '../model/probe.ts';
import type { Resource } from '../model/resource.ts';
import type { Become, ProbeCall, Runbook, Text } from '../model/runbook.ts';
import { secretsIn } from '../model/secret.ts';
import { Unknown } from '../model/unknown.ts';
import type { Value } from '../model/value.ts';
import { becomeOf, placeOfCall, sessionOn, unmadeOn } from './delegate.ts';
import { evaluateItems } from './for-each.ts';
import { reasonFor } from './helps.ts';
import { type HostRun, mayBeTouched } from './host-run.ts';
import { extend } from './scope.ts';
import type { Session } from './session.ts';
import { paramNames, waves } from './waves.ts';

/** A probe that says nothing for so long is unknown. */
const probeTimeoutMs = 60_000;

/** Where a look belongs: who it runs as, and what its snapshots are called. */
export interface Look {
  readonly runbook: Runbook;
  readonly become: Become | undefined;
  /** The step's own `delegate_to`. */
  readonly delegateTo: Text | undefined;
  /** Step id (`ID`, `ID/STEP`), absent for the symptom. */
  readonly step: string | undefined;
  readonly item: Json | undefined;
  /** `confirm`, `boolean[{"name":…}]`, `symptom`, `boolean.verify`. */
  readonly prefix: string;
  /** Look again although a snapshot of the diagnosis exists: verify and gone. */
  readonly anew: boolean;
}

/** Reads probes together, those that use others after them, and adds their names to the scope. */
export async function readProbes(run: HostRun, look: Look, calls: readonly ProbeCall[], scope: Scope): Promise<Scope> {
  let seen = scope;
  for (const wave of waves(calls)) {
    const from = seen;
    const values = await Promise.all(wave.map((call) => readCall(run, look, call, from)));
    seen = extend(
      seen,
      wave.map((call, index) => [call.name, values[index] ?? new Unknown('not read')] as const),
    );
  }
  return seen;
}

/** Names of probes that are not read because their step is skipped or undetermined. */
export function unreadProbes(scope: Scope, calls: readonly ProbeCall[], reason: Unknown): Scope {
  return extend(
    scope,
    calls.map((call) => [call.name, reason] as const),
  );
}

async function readCall(run: HostRun, look: Look, call: ProbeCall, scope: Scope): Promise<Value> {
  if (call.forEach === undefined) return readOne(run, look, call, scope, readingId(look, call));
  const items = evaluateItems(call.forEach, scope);
  switch (items.kind) {
    case 'unknown':
      return items.unknowns[0] ?? new Unknown('for_each is unknown');
    case 'failed':
      return new Unknown(items.reason);
    case 'items':
      return Promise.all(
        items.items.map(async (item) => {
          const id = readingId(look, call, item);
          const value = await readOne(run, look, call, extend(scope, [[call.as, item]]), id);
          return isObject(value) && !(value instanceof Unknown)
            ? { ...(value as { readonly [key: string]: Value }), [call.as]: item }
            : value;
        }),
      );
  }
}

/** Names a reading: what its snapshot goes by. */
export function readingId(look: Look, call: ProbeCall, item?: Value): string {
  return `${look.prefix}.${call.name}${item === undefined ? '' : `[${canonicalJson(item)}]`}`;
}

interface Reading {
  readonly value: Value;
  readonly predicted: boolean;
  readonly ms: number;
  /** Taken over from the diagnosis: no event, it was told then. */
  readonly reused: boolean;
}

interface Evaluated {
  readonly values: readonly (Value | undefined)[];
  readonly ready: ReadyProbe | Unknown;
}

/** What a call came to last on a host, or on any: it comes to the same again while the names that it uses hold the same. */
const evaluated = new WeakMap<Session | Registry, Map<ProbeCall, Evaluated>>();

/** A call with its params evaluated and found to fit, or why that can't be. */
export function readyProbe(run: HostRun, look: Look, call: ProbeCall, scope: Scope, id: string): ReadyProbe | Unknown {
  const names = paramNames(call);
  // Without a name it comes to the same on every host.
  const owner = names.length === 0 ? run.parts.registry : run.session;
  const known = evaluated.get(owner) ?? new Map<ProbeCall, Evaluated>();
  evaluated.set(owner, known);
  const values = names.map((name) => scope.get(name));
  const last = known.get(call);
  const same = last?.values.every((value, at) => value === values[at]) === true;
  const ready = last !== undefined && same ? last.ready : evaluate(run, call, scope, id);
  if (ready !== last?.ready) known.set(call, { values, ready });
  if (ready instanceof Unknown) return ready;
  const place = placeOfCall(run, call.delegateTo ?? look.delegateTo, scope);
  if ('problem' in place) return new Unknown(place.problem);
  return ready.id === id && place.on === ready.on ? ready : { ...ready, id, on: place.on };
}

function evaluate(run: HostRun, call: ProbeCall, scope: Scope, id: string): ReadyProbe | Unknown {
  const probe = run.parts.registry.probes.get(call.call);
  if (probe === undefined) throw new Error(`probe ${call.call} is not registered`);
  const interpolated = interpolate(call.params, scope);
  if (interpolated.kind === 'unknown') return interpolated.unknowns[0] ?? new Unknown('its params are unknown');
  if (interpolated.kind === 'error') return new Unknown(`${call.call}: ${interpolated.message}`);
  const params = fillDefaults(probe.params, interpolated.value);
  const problems = run.parts.validate('probe', call.call, params);
  if (problems.length > 0)
    return new Unknown(`${call.call}: ${problems.map((p) => `${p.path.join('.')} ${p.message}`).join('; ')}`);
  // The registry pairs each probe with params that its own schema has just accepted.
  const reads = call.reads ?? probe.reads(params as never);
  const shown = plainParams(params);
  const question = secretsIn(params).length > 0 ? undefined : JSON.stringify(shown);
  return { probe, params, shown, reads, id, question, on: undefined };
}

async function readOne(run: HostRun, look: Look, call: ProbeCall, scope: Scope, id: string): Promise<Value> {
  const ready = readyProbe(run, look, call, scope, id);
  if (ready instanceof Unknown) return ready;
  const { shown } = ready;
  const reading = await readOrForesee(run, look, call, ready);
  record(run, look, call, ready, reading);
  if (!reading.reused) {
    await run.parts.emit({
      type: 'probe.read',
      host: run.planned.host.name,
      ...(look.step === undefined ? {} : { step: look.step }),
      name: call.name,
      probe: call.call,
      params: shown,
      ...(ready.on === undefined ? {} : { on: ready.on }),
      ms: reading.ms,
      ...(reading.value instanceof Unknown ? unknownOf(reading.value) : { value: reading.value as Json }),
      ...(reading.predicted ? { predicted: true as const } : {}),
    });
  }
  return reading.value;
}

function unknownOf({ reason, help }: Unknown) {
  return { unknown: reason, ...(help === undefined ? {} : { help }) };
}

/** A probe that can be read. */
export interface ReadyProbe {
  readonly probe: Probe;
  readonly params: unknown;
  readonly shown: JsonObject;
  readonly reads: readonly Resource[];
  readonly id: string;
  /** Its params as text; `undefined` where secrets would make two questions look like one. */
  readonly question: string | undefined;
  /** The host that is looked at, where that is another. */
  readonly on: string | undefined;
}

/** The truth of a dry run: what an unmade change would touch is predicted by its action, or unknown; never read as if made. */
async function readOrForesee(run: HostRun, look: Look, call: ProbeCall, ready: ReadyProbe): Promise<Reading> {
  const before = reusable(run, look, ready);
  if (before !== undefined) return { value: before, predicted: false, ms: 0, reused: true };
  const unmade = unmadeOn(run, ready.on, ready.reads);
  const blind = unmade.find((pending) => pending.foreseen?.action.predicts !== true);
  if (blind !== undefined) return { value: waitsOn(blind.step), predicted: false, ms: 0, reused: false };

  const begun = run.parts.clock.monotonic();
  let value = await readNow(run, look, call, ready);
  let predicted = false;
  for (const pending of unmade) {
    if (value instanceof Unknown) break;
    if (pending.foreseen === undefined) break;
    const foreseen = pending.foreseen.action.predict(pending.foreseen.change, {
      name: call.call,
      params: ready.shown,
      now: value as Json,
    });
    predicted = true;
    value = foreseen === undefined ? waitsOn(pending.step) : foreseen;
  }
  return {
    value,
    predicted: predicted && !(value instanceof Unknown),
    ms: run.parts.clock.monotonic() - begun,
    reused: false,
  };
}

/** What the diagnosis read, where it still stands in for a look. */
export function reusable(run: HostRun, look: Look, ready: ReadyProbe): Json | undefined {
  // What stands on another host may have been changed meanwhile for others.
  if (look.anew || ready.on !== undefined) return undefined;
  const before = run.earlier.get(ready.id);
  const holds = before?.value !== undefined && sameLook(before, ready) && !mayBeTouched(run, ready.reads);
  return holds ? before.value : undefined;
}

function sameLook(snapshot: Snapshot, ready: ReadyProbe): boolean {
  if (snapshot.probe !== ready.probe.name) return false;
  // Mostly the very params that the diagnosis evaluated.
  return snapshot.params === ready.shown || canonicalJson(snapshot.params) === canonicalJson(ready.shown);
}

function waitsOn(step: string): Unknown {
  return new Unknown(`depends on the change of step ${step}, which is not made yet`, step);
}

/** Asks now, for {@link readNow} to take the answer. */
export function askProbe(run: HostRun, look: Look, call: ProbeCall, ready: ReadyProbe): void {
  const key = questionOf(run, look, call, ready);
  if (key === undefined || run.session.ahead.has(key)) return;
  const asked = ask(run, look, call, ready);
  // Nobody may come to wait for it.
  asked.catch(() => undefined);
  run.session.ahead.set(key, asked);
}

/** Who asks, what, and as whom. */
function questionOf(run: HostRun, look: Look, call: ProbeCall, ready: ReadyProbe): string | undefined {
  if (ready.question === undefined) return undefined;
  const become = becomeOf(run, look.runbook, look.become, call.become);
  return `${ready.id} ${call.call} ${become} ${call.timeoutMs ?? ''} ${ready.question}`;
}

async function ask(run: HostRun, look: Look, call: ProbeCall, ready: ReadyProbe): Promise<unknown> {
  const become = becomeOf(run, look.runbook, look.become, call.become, ready.on);
  const label = { kind: 'probe', name: call.call, params: ready.shown } as const;
  const site = `${look.step ?? look.prefix}.${call.name}`;
  const session = ready.on === undefined ? run.session : await sessionOn(run, ready.on);
  return session.read(
    label,
    become,
    call.timeoutMs ?? probeTimeoutMs,
    (host) => ready.probe.read(host, ready.params as never),
    site,
  );
}

async function readNow(run: HostRun, look: Look, call: ProbeCall, ready: ReadyProbe): Promise<Value> {
  const { ahead } = run.session;
  const key = ahead.size === 0 || ready.on !== undefined ? undefined : questionOf(run, look, call, ready);
  const asked = key === undefined ? undefined : ahead.get(key);
  if (key !== undefined) ahead.delete(key);
  try {
    // A probe's result has the shape that it declares; what it cannot tell is an Unknown.
    return (await (asked ?? ask(run, look, call, ready))) as Value;
  } catch (error) {
    if (!(error instanceof HostFailure) || error.phase === 'lost' || error.phase === 'cancelled') throw error;
    return new Unknown(reasonFor(run, error), undefined, error.help);
  }
}

function record(run: HostRun, look: Look, call: ProbeCall, ready: ReadyProbe, reading: Reading): void {
  if (ready.probe.declared) run.declaredProbes += 1;
  const trace = ready.probe.trace(ready.shown as never);
  if (trace !== undefined) run.traces.add(ready.on === undefined ? trace : `${trace} (from ${ready.on})`);
  if (look.anew) return;
  const { value } = reading;
  const readable = !(value instanceof Unknown) && !reading.predicted;
  run.snapshots.push({
    id: ready.id,
    probe: call.call,
    params: ready.shown,
    ...(ready.on === undefined ? {} : { on: ready.on }),
    reads: ready.reads,
    ...(readable ? { value: value as Json } : {}),
    ...(value instanceof Unknown ? { unknown: value.reason } : {}),
    fingerprint: readable ? ready.probe.fingerprint(value as never) : null,
    ...(reading.predicted ? { predicted: true as const } : {}),
  });
}

/** Params as they may be shown and matched: secrets are `***`. */
export function plainParams(params: unknown): JsonObject {
  const plain: unknown = JSON.parse(JSON.stringify(params));
  return isObject(plain) ? (plain as JsonObject) : {};
}
