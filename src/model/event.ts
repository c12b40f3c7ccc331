import type { DelegateIds, OwnRollback, RunRequest, UnitKey } from './history.ts';
import type { Json } from './json.ts';
import type { HostOutcome, HostPlan, PlannedChange, Reason } from './plan.ts';
import type { StepResult, Verdict } from './result.ts';
import type { Rollout } from './rollout.ts';

/** Grows when a reader of events would have to change. */
export const eventVersion = 1;

interface Common {
  /** Counts from 1 within a run; decides the order, clocks may jump. */
  readonly seq: number;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly run: string;
}
interface OfHost extends Common {
  readonly host: string;
}
interface OfStep extends OfHost {
  /** `ID` or `ID/STEP`. */
  readonly step: string;
  /** Canonical item of a `for_each` step; absent otherwise. */
  readonly item?: Json;
  /** Inside a `use` with `for_each`: the outer items, canonical. */
  readonly within?: string;
}

/** The one stream out of the engine, and the journal's format. Reporters only read it. */
export type Event =
  | (Common & {
      readonly type: 'run.started';
      readonly version: number;
      readonly runbook: { readonly id: string; readonly title: string; readonly file: string; readonly sha256: string };
      readonly hosts: readonly string[];
      readonly inventoryHosts: number;
      /** Hosts that are reached though they were not chosen, since something is carried out on them for others. Absent: none. */
      readonly alsoReaches?: readonly string[];
      readonly dryRun: boolean;
      readonly forks: number;
      readonly steps: readonly { readonly id: string; readonly title: string }[];
      /** Absent: all hosts at once. */
      readonly rollout?: Rollout;
      /** Absent: nobody can go on with this run (a demo, a replay). */
      readonly request?: RunRequest;
    })
  /** Another process goes on with a run that broke off; the numbers go on too. */
  | (Common & { readonly type: 'run.resumed'; readonly hosts: readonly string[]; readonly operator: string })
  /** All hosts were looked at; these are changed now, and no others before they have ended. */
  | (Common & {
      readonly type: 'batch.started';
      /** Counts from 1 within a process of the run. */
      readonly batch: number;
      readonly hosts: readonly string[];
      /** Those of them that are the first of their kind. */
      readonly canaries: readonly string[];
      /** Hosts that wait for a later batch. */
      readonly waiting: number;
    })
  | (Common & {
      readonly type: 'batch.finished';
      readonly batch: number;
      readonly verdicts: { readonly [V in Verdict]?: number };
      /** Kinds of change that do not do: their first host ended badly, and no other of theirs begins. */
      readonly closed: readonly { readonly canary: string; readonly diagnosis: string; readonly waiting: number }[];
      /** Why nobody else begins. */
      readonly stopped?: string;
      readonly ms: number;
    })
  | (OfHost & { readonly type: 'host.connecting' })
  | (OfHost & {
      readonly type: 'host.connected';
      readonly ms: number;
      readonly hostKey?: string;
      readonly machineId?: string;
      readonly bootId?: string;
    })
  | (OfHost & {
      readonly type: 'host.unreachable';
      readonly phase: string;
      readonly reason: string;
      readonly help?: string;
      /** It was tried before, by `--retry-unreachable`. */
      readonly again?: true;
    })
  /** A host on which something is carried out for others; one connection serves them all. */
  | (Common & { readonly type: 'delegate.connected'; readonly delegate: DelegateIds; readonly ms: number })
  | (OfHost & {
      readonly type: 'probe.read';
      /** Absent: a probe of the symptom. */
      readonly step?: string;
      readonly name: string;
      readonly probe: string;
      readonly params: Json;
      /** The host that was looked at, where that is another. */
      readonly on?: string;
      readonly ms: number;
      /** Absent when unknown. */
      readonly value?: Json;
      readonly unknown?: string;
      /** What can be done about that. */
      readonly help?: string;
      readonly predicted?: true;
    })
  | (OfHost & {
      readonly type: 'symptom.looked';
      readonly when: 'first' | 'after_fix' | 'last';
      readonly present: boolean | 'unknown';
      readonly reasons: readonly Reason[];
    })
  | (OfStep & { readonly type: 'step.started'; readonly title: string })
  | (OfStep & {
      readonly type: 'gate.decided';
      readonly open: boolean | 'unknown';
      readonly reasons: readonly Reason[];
    })
  /** Only where a trace was asked for: one expression of the runbook, and what its parts were. */
  | (OfHost & {
      readonly type: 'expression.traced';
      /** Absent: of the symptom. */
      readonly step?: string;
      readonly item?: Json;
      readonly within?: string;
      /** Where it stands: `present`, `when`, `for_each`, `conclude 2`, `gate`, `that`, … */
      readonly place: string;
      readonly expression: string;
      readonly value: string;
      readonly parts: readonly { readonly text: string; readonly value: string; readonly depth: number }[];
    })
  | (OfStep & { readonly type: 'note'; readonly message: string })
  | (OfStep & { readonly type: 'change.planned'; readonly change: PlannedChange })
  /** Awaited by the engine: a sink makes it durable before the fix starts. */
  | (OfStep & {
      readonly type: 'fix.intent';
      /** Names the unit; with the attempt and the script's number it is the key of the host's marker. */
      readonly key: UnitKey;
      readonly attempt: number;
      /** The first attempt of this try of the unit, by which its rollback's markers go. Absent: 1. */
      readonly since?: number;
      readonly alternative?: string;
      readonly bootId?: string;
      /** The other hosts on which some of its changes are made, as they are now. Absent: none. */
      readonly delegates?: readonly DelegateIds[];
      readonly changes: readonly PlannedChange[];
      /** Absent: the actions' own undos. */
      readonly rollback?: OwnRollback;
      /** So long after it began the host takes it back by itself, unless its verify held over a new connection. */
      readonly revertAfterMs?: number;
    })
  /** Awaited by the engine. */
  | (OfStep & {
      readonly type: 'fix.result';
      readonly key: UnitKey;
      readonly attempt: number;
      readonly outcome: 'done' | 'failed' | 'not_started' | 'unknown';
      readonly reason?: string;
      /** How many of the changes, in order, were begun (`failed`), or are known to be done (`unknown`). */
      readonly begun?: number;
      /** With `unknown`: a resume has asked the host, and the step itself. Nothing that mendgate could ask tells more. */
      readonly final?: true;
      readonly ms: number;
    })
  /** A fix or its rollback waits: another program holds what it needs for itself alone, or the wire broke. */
  | (OfStep & {
      readonly type: 'fix.waiting';
      /** The attempt that it waits to make. */
      readonly attempt: number;
      readonly reason: string;
      /** How long it has waited so far. */
      readonly waitedMs: number;
      /** In how long it tries again at the latest. */
      readonly nextMs: number;
      /** In how long it gives up. */
      readonly leftMs: number;
      readonly rollback?: true;
    })
  | (OfStep & {
      readonly type: 'verify.looked';
      readonly held: boolean;
      readonly reasons: readonly Reason[];
      readonly attempt: number;
    })
  /** Awaited by the engine. */
  | (OfStep & {
      readonly type: 'rollback.intent';
      readonly key: UnitKey;
      /** Of an undo: the attempt of the undone run's unit. */
      readonly attempt?: number;
      readonly changes: readonly PlannedChange[];
    })
  /** Awaited by the engine. */
  | (OfStep & {
      readonly type: 'rollback.result';
      readonly key: UnitKey;
      readonly done: boolean;
      /** Of an undo: how the step's own calls ended, where it has some. */
      readonly calls?: 'done' | 'failed' | 'unknown';
      /** With `unknown`: its host has said all that it knows of them. */
      readonly final?: true;
      readonly reason?: string;
    })
  | (OfStep & {
      readonly type: 'step.finished';
      readonly title: string;
      readonly result: StepResult;
      readonly ms: number;
    })
  | (OfHost & { readonly type: 'host.planned'; readonly plan: HostPlan })
  | (OfHost & { readonly type: 'host.finished'; readonly outcome: HostOutcome; readonly ms: number })
  | (Common & { readonly type: 'warning'; readonly message: string; readonly host?: string })
  | (Common & {
      readonly type: 'run.finished';
      readonly exitCode: number;
      readonly verdicts: { readonly [V in Verdict]?: number };
      readonly changes: number;
      readonly interrupted: boolean;
      readonly ms: number;
    });

type WithoutStamp<E> = E extends Event ? Omit<E, 'seq' | 'at' | 'run'> : never;
/** An event before it is numbered and dated. */
export type EventBody = WithoutStamp<Event>;

/** Receives every event. When it returns a promise for an awaited event, the engine waits for it. */
export type EventSink = (event: Event) => void | Promise<void>;
