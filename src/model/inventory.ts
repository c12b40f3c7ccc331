import type { Become, BecomeMethod } from './runbook.ts';
import type { Secret } from './secret.ts';
import type { Value } from './value.ts';

/** `ssh`: ssh2; `openssh`: the system's ssh; `local`: the machine that mendgate runs on. */
export type TransportName = 'ssh' | 'openssh' | 'local';

/** How a host is reached. Never mixed with its vars. */
export interface Connect {
  /** Name or IP to dial. */
  readonly address: string;
  readonly port: number;
  /** Nobody named the port: ssh_config may. */
  readonly portByDefault?: true;
  /** Absent: the operator's own name. */
  readonly user?: string;
  readonly privateKeyFile?: string;
  readonly password?: Secret;
  /** What the inventory says of become, for hosts where neither call, step nor runbook speaks. */
  readonly become?: Become;
  /** How to become; default sudo. */
  readonly becomeMethod?: BecomeMethod;
  readonly becomePassword?: Secret;
  /** Absent: over SSH, by whichever of the two can do what ssh_config asks for. */
  readonly transport?: TransportName;
}

/** A host = name + address + vars + groups. */
export interface Host {
  /** Unique in the inventory. */
  readonly name: string;
  readonly connect: Connect;
  readonly vars: { readonly [name: string]: Value };
  /** Every group it is in, parents included, sorted; without `all`. */
  readonly groups: readonly string[];
  /** Where each var came from, for `hosts --vars`: "group web (inventory.yaml)". */
  readonly origins: { readonly [name: string]: string };
}

/** All hosts in inventory order, and the groups that patterns may name. */
export interface Inventory {
  readonly hosts: readonly Host[];
  /** Group → names of all hosts in it or in its children, in inventory order. `all` and `ungrouped` are among them. */
  readonly groups: ReadonlyMap<string, readonly string[]>;
  /** Files and commands it was read from. */
  readonly sources: readonly string[];
}
