import { everyPort, type KnownBoolean, knownBooleans, wideTypes } from './known-booleans.ts';
import type { PolicyFacts } from './policy-facts.ts';
import { ruleHolds } from './policy-rule.ts';
import { tcpTypes } from './port-table.ts';
import type { Proof } from './proof.ts';

/** Sizes of types in Fedora's and Debian's policies, for hosts whose port labels cannot be read. */
const usualSizes: Readonly<Record<string, number>> = {
  http_port_t: 8,
  http_cache_port_t: 13,
  unreserved_port_t: 30_000,
  ephemeral_port_t: 28_000,
  port_t: 60_000,
  reserved_port_t: 500,
  hi_reserved_port_t: 500,
  squid_port_t: 3,
  ftp_port_t: 3,
  memcache_port_t: 1,
};

const counted = new WeakMap<PolicyFacts, ReadonlyMap<string, number>>();

/** How many TCP ports have a type on this host. */
export function portsOfType(facts: PolicyFacts): (type: string) => number {
  if ('unreadable' in facts.ports) return (type) => usualSizes[type] ?? 2;
  const sizes = counted.get(facts) ?? countTypes(tcpTypes(facts.ports));
  counted.set(facts, sizes);
  return (type) => sizes.get(type) ?? 0;
}

function countTypes(types: readonly (string | undefined)[]): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  for (const type of types.slice(1)) {
    const name = type ?? 'port_t';
    sizes.set(name, (sizes.get(name) ?? 0) + 1);
  }
  return sizes;
}

/** All port types of this host, where they are known; else those of the table above. */
function allTypes(facts: PolicyFacts): readonly string[] {
  if ('unreadable' in facts.ports) return Object.keys(usualSizes);
  return [...new Set([...facts.ports.base, ...facts.ports.local].map(({ type }) => type).concat('port_t'))];
}

/**
 * The rule by which switching a boolean on opens a type for this domain: the host's own rule where sesearch read it,
 * else what audit2why decides, else the known one, which is no proof. `undefined`: it does not.
 */
export function proofOf(facts: PolicyFacts, boolean: string, type: string): Proof | undefined {
  if (!facts.booleans.has(boolean)) return undefined;
  const known = openedTypes(facts, boolean);
  if (!known.includes(everyPort) && !known.includes(type)) return undefined;
  if (!facts.rules) return causeProof(facts, boolean, type);
  const now = (name: string) => facts.booleans.get(name)?.value ?? false;
  const rule = facts.rules.find(
    (candidate) =>
      candidate.class === 'tcp_socket' &&
      candidate.permissions.includes('name_connect') &&
      covers(candidate.target, type) &&
      ruleHolds(candidate, (name) => name === boolean || now(name)) &&
      !ruleHolds(candidate, (name) => name !== boolean && now(name)),
  );
  return rule && { text: rule.text, by: 'sesearch' };
}

function causeProof(facts: PolicyFacts, boolean: string, type: string): Proof | undefined {
  const cause = facts.why(type, 'tcp_socket', 'name_connect');
  if (cause?.booleans.includes(boolean)) {
    return { text: `setsebool -P ${boolean} 1 would allow name_connect to ${type}`, by: 'audit2why' };
  }
  if (cause?.ruleMissing) return undefined;
  return { text: `known rule: ${boolean} allows name_connect to ${type}`, by: 'unproved' };
}

/** sesearch prints attributes as they stand in the rule; these are the ones that the known booleans use. */
export function covers(target: string, type: string): boolean {
  return target === type || target === 'port_type' || (target === 'ephemeral_port_type' && type === 'ephemeral_port_t');
}

/** What is known about a boolean in this host's family of policies. */
export function knownBoolean(facts: PolicyFacts, boolean: string): KnownBoolean | undefined {
  return knownBooleans.find((row) => row.name === boolean && (row.family ?? facts.family) === facts.family);
}

function openedTypes(facts: PolicyFacts, boolean: string): readonly string[] {
  return knownBoolean(facts, boolean)?.opens ?? [];
}

/** Port types that a boolean would newly open: those that the kernel refuses now. */
export function newlyOpened(facts: PolicyFacts, worker: string, boolean: string): readonly string[] {
  const opened = openedTypes(facts, boolean);
  const types = opened.includes(everyPort) ? allTypes(facts) : opened;
  return types.filter((type) => facts.ask(worker, type, 'tcp_socket', 'name_connect') !== 'yes');
}

/** Whether a rule on this type would be far wider than one service. */
export function isWide(type: string): boolean {
  return wideTypes.has(type);
}
