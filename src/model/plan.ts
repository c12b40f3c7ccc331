import type { ContentDiff } from './action.ts';
import type { Host } from './inventory.ts';
import type { Json } from './json.ts';
import type { StepResult, Verdict } from './result.ts';
import type { Rollout } from './rollout.ts';
import type { Runbook } from './runbook.ts';
import type { Value } from './value.ts';

/** One host of a run with its params resolved. */
export interface PlannedHost {
  readonly host: Host;
  readonly params: { readonly [name: string]: Value };
  /** Param → where its value came from: `-e`, `inventory (group web)`, `default`. */
  readonly sources: { readonly [name: string]: string };
  /** Names of the other hosts on which something of its runbook is carried out. Absent: none. */
  readonly delegates?: readonly string[];
}

/** What a run is going to look at: pure, made before anything is connected. */
export interface Plan {
  readonly runbook: Runbook;
  readonly hosts: readonly PlannedHost[];
  /** Hosts in the inventory, for "18 hosts of 40". */
  readonly inventoryHosts: number;
  /** Absent: all hosts at once. */
  readonly rollout?: Rollout;
  /** Hosts on which something is carried out for others, whether chosen themselves or not. Absent: none. */
  readonly delegates?: readonly Host[];
}

/** Names of the hosts that a run reaches though they were not chosen. */
export function alsoReached({ hosts, delegates = [] }: Plan): readonly string[] {
  const chosen = new Set(hosts.map(({ host }) => host.name));
  return delegates.map(({ name }) => name).filter((name) => !chosen.has(name));
}

/** One part of a condition and how it came out. `unknown` names what it waits on. */
export interface Reason {
  readonly check: string;
  readonly held: boolean | 'unknown';
  readonly because?: string;
}

/** One change that a fix would make, or made. JSON throughout (a secret is written `***`). */
export interface PlannedChange {
  readonly action: string;
  readonly params: Json;
  /** The host on which it is made, where that is another than the one it is made for. */
  readonly on?: string;
  /** The state before; what undo restores. */
  readonly before: Json;
  readonly change: Json;
  /** One line, before → after. */
  readonly summary: string;
  readonly become: string | false;
  /** Shell text of each command, for the reader. */
  readonly commands: readonly string[];
  readonly contents: readonly ContentDiff[];
  readonly touches: readonly string[];
  /** Set when it cannot be taken back. */
  readonly irreversible?: string;
  /** The decision rests on an earlier, unmade change. */
  readonly predicted?: true;
}

/** One item of one step (a step without `for_each` has one item, `null`). */
export interface ItemPlan {
  /** Canonical: its identity in marker, journal and undo. */
  readonly item: Json;
  readonly title: string;
  readonly result: StepResult;
  readonly gate: readonly Reason[];
  readonly changes: readonly PlannedChange[];
  /** Id and title of the alternative that was chosen; later ones "if that does not help". */
  readonly alternative?: { readonly id: string; readonly title: string; readonly others: readonly string[] };
  readonly confirm?: string;
  readonly irreversible?: string;
  /** So long after it began the host takes it back by itself, unless its verify held over a new connection. */
  readonly revertAfterMs?: number;
}

/** What one step came to on one host, or would come to. */
export interface StepPlan {
  /** `ID`, or `ID/STEP` inside `use`. */
  readonly id: string;
  /** Inside a `use` with `for_each`: the outer items, canonical. */
  readonly within?: string;
  readonly title: string;
  readonly result: StepResult;
  readonly items: readonly ItemPlan[];
  readonly notes: readonly string[];
}

/** A probe's snapshot as it was read, or why it is unknown. */
export interface Snapshot {
  /** `symptom.requests`, `confirm.worker`. */
  readonly id: string;
  readonly probe: string;
  readonly params: Json;
  /** The host that was looked at, where that is another than the plan's. */
  readonly on?: string;
  /** What it reads, as resources: a change that touches any of them ends the snapshot's life. */
  readonly reads: readonly string[];
  /** Absent when it is unknown or predicted: it is read again when it is needed. */
  readonly value?: Json;
  readonly unknown?: string;
  /** What must still hold later; compared by canonical text. */
  readonly fingerprint: Json;
  readonly predicted?: true;
}

/** Everything `diagnose` found on one host: a JSON value. A dry run ends here. */
export interface HostPlan {
  readonly host: string;
  readonly verdict: Verdict;
  /** For a verdict that needs one. */
  readonly reason?: string;
  /** What to do about what failed on the host and became a reason, if anything is known. */
  readonly help?: string;
  /** The group key of summaries and canaries: conclusion, or titles of the open steps with the kinds of their changes. */
  readonly diagnosis: string;
  readonly symptom: 'present' | 'absent' | 'unknown' | 'none';
  readonly symptomReasons: readonly Reason[];
  readonly steps: readonly StepPlan[];
  readonly notes: readonly string[];
  readonly see?: string;
  readonly snapshots: readonly Snapshot[];
  /** Probes by the author's own commands: declared, not proved, read-only. */
  readonly declaredProbes: number;
  /** Traces that looking left: "GET http://127.0.0.1/". */
  readonly traces: readonly string[];
  readonly outputs: { readonly [name: string]: Json };
  /** A step waits for something to come true: only a real run can tell. */
  readonly waits?: true;
}

/** How one host ended in a real run. */
export interface HostOutcome {
  readonly host: string;
  readonly verdict: Verdict;
  readonly reason?: string;
  /** What to do about what failed on the host and became a reason, if anything is known. */
  readonly help?: string;
  readonly diagnosis: string;
  readonly symptom: HostPlan['symptom'];
  readonly steps: readonly StepPlan[];
  readonly notes: readonly string[];
  readonly see?: string;
  readonly outputs: { readonly [name: string]: Json };
  /** Changes of this run that stand on the host, one line each; absent in a dry run. */
  readonly standing?: readonly string[];
  /** It was stopped between two steps: a resume goes on with it. */
  readonly stopped?: true;
}

/** Names of the other hosts on which changes of these plans are made, by name. */
export function changedElsewhere(plans: readonly HostPlan[]): readonly string[] {
  const items = plans.flatMap(({ steps }) => steps.flatMap((step) => step.items));
  return [...new Set(items.flatMap(({ changes }) => changes.flatMap(({ on }) => on ?? [])))].sort();
}
