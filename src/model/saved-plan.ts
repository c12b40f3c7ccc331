import type { DelegateIds, RunRequest } from './history.ts';
import type { JsonObject } from './json.ts';
import type { HostPlan } from './plan.ts';
import type { Rollout } from './rollout.ts';

/** Grows when a reader of plan files would have to change. */
export const savedPlanVersion = 1;

/** What a dry run found due, kept in a file to be read, approved and carried out later. JSON; holds no secret. */
export interface SavedPlan {
  readonly version: number;
  /** 32 hex digits, fresh for each plan: it can be carried out once. */
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly created: string;
  readonly expires: string;
  /** Of the program that made it. */
  readonly mendgate: string;
  /** The dry run that it was made by. */
  readonly run: string;
  readonly runbook: { readonly id: string; readonly title: string };
  readonly request: RunRequest;
  /** In which portions hosts are changed, as the runbook and the command line say. Absent: all at once. */
  readonly rollout?: Rollout;
  /** By name. */
  readonly hosts: readonly SavedHost[];
  /** Other hosts on which something is carried out for these; by name. Absent: none. */
  readonly delegates?: readonly SavedDelegate[];
  /** Chosen hosts that could not be looked at; by name. Nothing is done on them. */
  readonly unseen: readonly { readonly host: string; readonly reason: string }[];
}

/** One host as it was when the plan was made. */
export interface SavedHost {
  readonly host: string;
  /** Name or IP that was dialled. */
  readonly address: string;
  readonly port: number;
  /** `SHA256:…`, where the transport has one. */
  readonly hostKey?: string;
  readonly machineId?: string;
  /** A secret's value is `***`. */
  readonly params: JsonObject;
  /** Its snapshots are fingerprints only: no line of a log, no content of a file. */
  readonly plan: HostPlan;
}

/** A host on which something is carried out for others, as it was when the plan was made. */
export interface SavedDelegate extends DelegateIds {
  /** Name or IP, as the inventory has it. */
  readonly address: string;
  readonly port: number;
}
