import type { Answer, Command } from './command.ts';
import { canonicalJson, type Json, type JsonOf } from './json.ts';
import type { Inspector } from './probe.ts';
import type { Resource } from './resource.ts';
import type { ObjectSchema, TypeOf } from './schema.ts';
import type { Unknown } from './unknown.ts';

/** How a change is taken back. */
export type Rollback<State, Change> =
  | { readonly kind: 'undo'; undo(change: Change, before: State): readonly Command[] }
  /** Apply it once more after all other undos of the step (reload, restorecon, daemon-reload). */
  | { readonly kind: 'again' }
  /** There is nothing to take back, and why. */
  | { readonly kind: 'nothing'; readonly why: string }
  | { readonly kind: 'irreversible'; readonly why: string };

/** Rollback by commands computed from the change and the state before it: both plain JSON, so another process can do it. */
export function undo<State, Change>(
  commands: (change: Change, before: State) => readonly Command[],
): Rollback<State, Change> {
  return { kind: 'undo', undo: commands };
}

/** No undo of its own: what it did (a reload, a relabelling) is done once more after all undos of its step. */
export const again: Rollback<never, never> = { kind: 'again' };

/** There is nothing to take back, and why. */
export function nothing(why: string): Rollback<never, never> {
  return { kind: 'nothing', why };
}

/** It cannot be taken back, and why: the plan says so, and a run has to be allowed to. */
export function irreversible(why: string): Rollback<never, never> {
  return { kind: 'irreversible', why };
}

/** A transaction that neighbouring changes of several actions can share: all of them are made, or none. */
export interface Shared<Change> {
  /** Neighbours of the same name share one. */
  readonly transaction: string;
  /** True: by itself its own commands are better, so it only joins others in their transaction. */
  readonly onlyJoins: boolean;
  /** This change as a line of the transaction; `undefined`: it cannot be one. */
  line(change: Change): string | undefined;
  /** What is left to do for it once the transaction is through. */
  rest?(change: Change): readonly Command[];
  commit(lines: readonly string[]): Command;
}

/** A probe call whose answer an action is asked to foresee. */
export interface ForeseenProbe {
  readonly name: string;
  readonly params: Json;
  /** What it answers now, or what earlier unmade changes predict. */
  readonly now: Json;
}

/** Text before and after, for `-D`. */
export interface ContentDiff {
  readonly label: string;
  readonly before: string;
  readonly after: string;
}

/**
 * An action as its author writes it; see `defineAction`. It brings one thing to a state. It never hears of dry-run and
 * has no way to talk to a host but `inspect`'s read-only one: what needs a look between two commands is two actions.
 */
export interface ActionDefinition<P extends ObjectSchema, State, Change> {
  /** `domain.noun`, a state and never a verb. */
  readonly name: string;
  /** One sentence for the docs: what holds afterwards. */
  readonly summary: string;
  readonly params: P;
  /** What `inspect` looks at; omitted: everything. */
  reads?(params: TypeOf<P>): readonly Resource[];
  touches(change: Change): readonly Resource[];
  inspect(host: Inspector, params: TypeOf<P>): Promise<State | Unknown>;
  /** The whole decision, pure: what has to change, or `undefined` when all is as wanted. */
  diff(state: State, params: TypeOf<P>): Change | undefined;
  /**
   * The decision when earlier, unmade calls touch what `inspect` reads (`touched`). For "load what is newer" actions that
   * stand last in a fix. Omitted: such a call cannot be decided beforehand.
   */
  diffAfter?(state: State, params: TypeOf<P>, touched: readonly Resource[]): Change | undefined;
  /** The change in one line, before → after: "httpd_graceful_shutdown: off → on". No secret, no line end. */
  describe(change: Change): string;
  contents?(change: Change): readonly ContentDiff[];
  /** What that probe would answer afterwards; `undefined` = unknown. */
  predict?(change: Change, probe: ForeseenProbe): Json | undefined;
  /** Pure. The commands run in order as part of the fix's one script; the first that fails ends it. */
  apply(change: Change): readonly Command[];
  /** Neighbouring changes of this action as fewer transactions. */
  merge?(changes: readonly Change[]): readonly Change[];
  /** How its changes share a transaction with neighbours of other actions; goes before `merge`. */
  readonly shared?: Shared<Change>;
  /** This rc and text mean that this command did nothing and a later attempt is allowed (a busy policy store); says why. */
  nothingDone?(answer: Answer): string | undefined;
  /**
   * Why this change has to wait: another program holds what it needs for itself alone. Looked at before each attempt and
   * while a fix or its rollback waits, so it must be cheap. `undefined`: nothing holds it, or that can't be told.
   */
  busy?(host: Inspector, change: Change): Promise<string | undefined>;
  /** False: applying twice is as good as once but cannot be seen afterwards (commands, restarts); no re-inspect. Default true. */
  readonly converges?: false;
  readonly rollback: Rollback<State, Change> | Rollback<never, never>;
  /**
   * Whether a change counts as taken back: `before` is the state inspected before the change was made, `now` the one
   * inspected after its undo. For states that also carry what others move (a package index, files that came since) or
   * whose order means nothing. Pure; secrets are `***` in both. Omitted: they are equal as JSON.
   */
  same?(before: State, now: State): boolean;
  /**
   * For an action that owns a part of what `inspect` sees (a line of a file, its text but not its mode): the state to which an undo goes back from `now`, in
   * which all that is not its own stays as others have left it. `now` itself: it is taken back already. `undefined`: what it had
   * made was changed since. Pure. Omitted: it owns all of it, and goes back to `before`.
   */
  rebase?(before: State, now: State, params: TypeOf<P>): State | undefined;
}

/** An action as the engine sees it: params validated and filled in, `State` and `Change` plain JSON. */
export interface Action {
  readonly name: string;
  readonly summary: string;
  readonly params: ObjectSchema;
  readonly converges: boolean;
  readonly rollback: Rollback<Json, Json>;
  reads(params: never): readonly Resource[];
  touches(change: Json): readonly Resource[];
  inspect(host: Inspector, params: never): Promise<unknown>;
  diff(state: Json, params: never): Json | undefined;
  /** An unknown: its author's code is broken, and says how. */
  readonly diffAfter:
    | ((state: Json, params: never, touched: readonly Resource[]) => Json | Unknown | undefined)
    | undefined;
  describe(change: Json): string;
  contents(change: Json): readonly ContentDiff[];
  /** Whether it can foresee any probe's answer at all. */
  readonly predicts: boolean;
  predict(change: Json, probe: ForeseenProbe): Json | undefined;
  apply(change: Json): readonly Command[];
  merge(changes: readonly Json[]): readonly Json[];
  readonly shared: Shared<Json> | undefined;
  nothingDone(answer: Answer): string | undefined;
  /** Absent: it needs nothing for itself alone, or nobody can tell. */
  readonly busy: ((host: Inspector, change: Json) => Promise<string | undefined>) | undefined;
  /** Whether the state after an undo is the one before the change; equal JSON unless the action says otherwise. */
  same(before: Json, now: Json): boolean;
  /** Absent: an undo goes back to the whole state before. */
  readonly rebase: ((before: Json, now: Json, params: never) => Json | undefined) | undefined;
}

type MustBeJson<State, Change> = [State, Change] extends [JsonOf<State>, JsonOf<Change>]
  ? []
  : ['State and Change must be plain JSON'];

/** Checks an action's types and makes it uniform. */
export function defineAction<const P extends ObjectSchema, State, Change>(
  definition: ActionDefinition<P, State, Change>,
  ..._json: MustBeJson<State, Change>
): Action {
  // The engine hands back to each member only what that same action produced; JSON in between loses nothing (JsonOf).
  const erased = definition as unknown as ActionDefinition<P, Json, Json>;
  const { diffAfter, busy, rebase } = erased;
  return {
    name: erased.name,
    summary: erased.summary,
    params: erased.params,
    converges: erased.converges ?? true,
    rollback: erased.rollback as Rollback<Json, Json>,
    reads: (params: TypeOf<P>) => erased.reads?.(params) ?? ['*'],
    touches: (change) => erased.touches(change),
    inspect: (host, params: TypeOf<P>) => erased.inspect(host, params),
    diff: (state, params: TypeOf<P>) => erased.diff(state, params),
    diffAfter:
      diffAfter === undefined
        ? undefined
        : (state: Json, params: TypeOf<P>, touched: readonly Resource[]) =>
            diffAfter.call(erased, state, params, touched),
    describe: (change) => erased.describe(change),
    contents: (change) => erased.contents?.(change) ?? [],
    predicts: erased.predict !== undefined,
    predict: (change, probe) => erased.predict?.(change, probe),
    apply: (change) => erased.apply(change),
    merge: (changes) => erased.merge?.(changes) ?? changes,
    shared: erased.shared,
    nothingDone: (answer) => erased.nothingDone?.(answer),
    busy: busy === undefined ? undefined : (host, change) => busy.call(erased, host, change),
    same: (before, now) => erased.same?.(before, now) ?? canonicalJson(before) === canonicalJson(now),
    rebase:
      rebase === undefined
        ? undefined
        : (before: Json, now: Json, params: TypeOf<P>) => rebase.call(erased, before, now, params),
  };
}
