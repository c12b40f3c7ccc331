import type { Host } from '../model/inventory.ts';

/** What the command line says about reaching hosts; it wins over the inventory. */
export interface ConnectOverride {
  readonly user?: string;
  readonly privateKeyFiles?: readonly string[];
}

/** Hosts with the command line's user and key, and one line for how many hosts the inventory said otherwise. */
export function overrideConnect(
  hosts: readonly Host[],
  override: ConnectOverride,
): { readonly hosts: readonly Host[]; readonly warnings: readonly string[] } {
  const { user } = override;
  const [privateKeyFile] = override.privateKeyFiles ?? [];
  const users = hosts.filter(
    ({ connect }) => user !== undefined && connect.user !== undefined && connect.user !== user,
  );
  const keys = hosts.filter(({ connect }) => privateKeyFile !== undefined && connect.privateKeyFile !== undefined);
  const warnings = [
    ...(users.length === 0 ? [] : [`-u ${user ?? ''} overrides the inventory's user for ${hostCount(users)}`]),
    ...(keys.length === 0 ? [] : [`--private-key overrides the inventory's key for ${hostCount(keys)}`]),
  ];
  const said = { ...(user === undefined ? {} : { user }), ...(privateKeyFile === undefined ? {} : { privateKeyFile }) };
  return { hosts: hosts.map((host) => ({ ...host, connect: { ...host.connect, ...said } })), warnings };
}

function hostCount(hosts: readonly Host[]): string {
  return hosts.length === 1 ? '1 host' : `${hosts.length} hosts`;
}
