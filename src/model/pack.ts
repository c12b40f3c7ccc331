import type { Action } from './action.ts';
import type { Probe } from './probe.ts';
import type { ObjectSchema, Schema } from './schema.ts';

/** One domain's probes and actions. */
export interface Pack {
  readonly name: string;
  readonly probes: readonly Probe[];
  readonly actions: readonly Action[];
}

/** A pack that an author brought along, as it was loaded. */
export interface UserPack {
  /** As a runbook or the command line names it. */
  readonly name: string;
  /** Absolute, with all links followed. */
  readonly file: string;
  /** Hex SHA-256 over its file and all that it imports by a relative path. */
  readonly sha256: string;
  readonly pack: Pack;
}

/** What may be said of a probe without running it. */
export interface ProbeDeclaration {
  readonly name: string;
  readonly summary: string;
  readonly params: ObjectSchema;
  readonly result: Schema;
  readonly declared: boolean;
}

/** What an action says of itself; enough to check a call of it. */
export interface ActionDeclaration {
  readonly name: string;
  readonly summary: string;
  readonly params: ObjectSchema;
  readonly rollback: { readonly kind: 'undo' | 'again' | 'nothing' | 'irreversible'; readonly why?: string };
}

/** What a runbook is checked against: declarations only. A registry is one; so is what the build writes down of it. */
export interface Catalog {
  readonly probes: ReadonlyMap<string, ProbeDeclaration>;
  readonly actions: ReadonlyMap<string, ActionDeclaration>;
}

/** Everything a runbook may call, by name. Probes and actions are two name spaces. */
export interface Registry {
  readonly probes: ReadonlyMap<string, Probe>;
  readonly actions: ReadonlyMap<string, Action>;
}

/** Joins packs. Two packs with one name for a probe (or an action) are a bug of the packs: throws. */
export function buildRegistry(packs: readonly Pack[]): Registry {
  const probes = new Map<string, Probe>();
  const actions = new Map<string, Action>();
  for (const pack of packs) {
    for (const probe of pack.probes) addOnce(probes, probe, pack.name);
    for (const action of pack.actions) addOnce(actions, action, pack.name);
  }
  return { probes, actions };
}

function addOnce<T extends { readonly name: string }>(into: Map<string, T>, entry: T, pack: string): void {
  if (into.has(entry.name)) throw new Error(`pack ${pack}: ${entry.name} is defined twice`);
  into.set(entry.name, entry);
}
