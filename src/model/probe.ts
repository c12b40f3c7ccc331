import type { Answer, Command } from './command.ts';
import type { Json } from './json.ts';
import type { Resource } from './resource.ts';
import type { ObjectSchema, Schema, TypeOf } from './schema.ts';
import { Unknown } from './unknown.ts';

/**
 * The only way a probe or an action's `inspect` reaches a host: it runs commands that the author promises to be
 * read-only. Calls made without awaiting each other travel in one round trip. `run` rejects (with a `HostFailure`) only
 * when there is no answer at all; probes need not catch it, the engine makes it an unknown with that reason.
 */
export interface Inspector {
  /** Epoch ms of this run's last change on this host, for `since: change`; the run's start when nothing changed yet. Host clock. */
  readonly since: number;
  /** How long each command may take, and the code that asks from one to the next. Absent: a default. */
  readonly timeoutMs?: number;
  /** Aborts when nobody waits for what is looked at any more. */
  readonly signal?: AbortSignal;
  run(command: Command): Promise<Answer>;
}

/** What a `read` returns when the host cannot say: no right, no tool. */
export function unreadable(reason: string): Unknown {
  return new Unknown(reason);
}

/** A probe as its author writes it; see `defineProbe`. Types of params and result follow from the schemas. */
export interface ProbeDefinition<P extends ObjectSchema, R extends Schema> {
  /** `domain.noun`. */
  readonly name: string;
  /** One sentence for the docs: what it tells. */
  readonly summary: string;
  readonly params: P;
  readonly result: R;
  /** What it reads; omitted: everything. */
  reads?(params: TypeOf<P>): readonly Resource[];
  /** What must still hold when a saved plan is applied; omitted: the whole result. */
  fingerprint?(result: TypeOf<R>): Json;
  /** Its text comes from the runbook's author, who promises that it only reads; the plan counts these. */
  readonly declared?: true;
  /** Leaves a trace that the plan announces, e.g. "sends GET http://…". */
  trace?(params: TypeOf<P>): string;
  read(host: Inspector, params: TypeOf<P>): Promise<TypeOf<R> | Unknown>;
}

/** A probe as the engine sees it: params validated and defaults filled in before any member is called. */
export interface Probe {
  readonly name: string;
  readonly summary: string;
  readonly params: ObjectSchema;
  readonly result: Schema;
  readonly declared: boolean;
  reads(params: never): readonly Resource[];
  fingerprint(result: never): Json;
  trace(params: never): string | undefined;
  read(host: Inspector, params: never): Promise<unknown>;
}

/** Checks a probe's types and makes it uniform. */
export function defineProbe<const P extends ObjectSchema, const R extends Schema>(
  definition: ProbeDefinition<P, R>,
): Probe {
  return {
    name: definition.name,
    summary: definition.summary,
    params: definition.params,
    result: definition.result,
    declared: definition.declared ?? false,
    reads: (params: TypeOf<P>) => definition.reads?.(params) ?? ['*'],
    fingerprint: (result: TypeOf<R>) => definition.fingerprint?.(result) ?? (result as Json),
    trace: (params: TypeOf<P>) => definition.trace?.(params),
    read: (host: Inspector, params: TypeOf<P>) => definition.read(host, params),
  };
}
