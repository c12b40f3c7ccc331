import { knownBooleans, knownTraps, protectedTypes } from './known-booleans.ts';
import type { PortNeed } from './needs.ts';
import { moduleNameOf } from './one-rule.ts';
import type { PolicyFacts } from './policy-facts.ts';
import { ruleHolds } from './policy-rule.ts';
import { exactRecord } from './port-table.ts';
import { type Proof, ruleProof } from './proof.ts';
import { covers, isWide, knownBoolean, newlyOpened, portsOfType, proofOf } from './reach.ts';

/** One way to let nginx connect to one port. */
export interface PortCandidate {
  readonly kind: 'boolean' | 'label' | 'module';
  /** Booleans to switch on. */
  readonly booleans: readonly string[];
  /** The port type that has to be reachable afterwards. */
  readonly target: string;
  /** Port types that become reachable, those that other remedies open too included. */
  readonly opened: readonly string[];
  /** TCP ports that become reachable by this remedy alone, and would not by a reboot. */
  readonly reach: number;
  /** A boolean that is off now and on after a reboot: its reach in ports, which somebody has decided on already. */
  readonly decided?: number;
  readonly proof: Proof;
  /** What the operator should hear besides the number of ports. */
  readonly note?: string;
  /** In a few words, for lists of alternatives. */
  readonly text: string;
}
export interface Candidates {
  readonly possible: readonly PortCandidate[];
  /** Ways that would work elsewhere, and why not here. */
  readonly refused: readonly string[];
}

/** The type that every narrow label fix gives: httpd_t may always listen there, and connect with a narrow boolean. */
export const webPort = 'http_port_t';
const anyConnect = 'httpd_can_network_connect';

/** All ways for one port, given the port types that remedies chosen before already open. */
export function candidatesFor(
  facts: PolicyFacts,
  worker: string,
  need: PortNeed,
  granted: ReadonlySet<string>,
): Candidates {
  const booleans = booleanCandidates(facts, worker, need.type, granted);
  const label = labelCandidate(facts, worker, need, granted, booleans);
  const module = moduleCandidate(facts, worker, need);
  const possible = [
    ...booleans,
    ...(typeof label === 'string' ? [] : [label]),
    ...(typeof module === 'string' ? [] : [module]),
  ];
  const refused = [label, module].filter((entry) => typeof entry === 'string');
  return { possible, refused: [...refused, ...trapsFor(facts, need.type)] };
}

/** Booleans of this host that would open the type too, and why none of them is taken. */
function trapsFor(facts: PolicyFacts, type: string): readonly string[] {
  return knownTraps
    .filter(({ name, opens }) => opens.includes(type) && facts.booleans.get(name)?.value === false)
    .filter(({ name }) => ruledBy(facts, name, type))
    .map(({ name, why }) => `${name}: ${why}`);
}

/**
 * Whether the host has a rule by which a boolean that is off would open a type; where sesearch read none, that stays
 * possible. Which types an attribute holds is not read: any attribute of ports may hold it.
 */
function ruledBy(facts: PolicyFacts, boolean: string, type: string): boolean {
  if (!facts.rules) return true;
  const later = (name: string) => name === boolean || (facts.booleans.get(name)?.value ?? false);
  return facts.rules.some(
    (rule) =>
      (covers(rule.target, type) || rule.target.endsWith('_port_type')) &&
      rule.condition.includes(boolean) &&
      ruleHolds(rule, later),
  );
}

function booleanCandidates(
  facts: PolicyFacts,
  worker: string,
  type: string,
  granted: ReadonlySet<string>,
): readonly PortCandidate[] {
  const size = portsOfType(facts);
  const names = [...new Set(knownBooleans.map(({ name }) => name))];
  return names.flatMap((name) => {
    const { value, persistent } = facts.booleans.get(name) ?? {};
    const proof = value === false ? proofOf(facts, name, type) : undefined;
    if (!proof) return [];
    const opened = newlyOpened(facts, worker, name);
    const note = knownBoolean(facts, name)?.note;
    const sum = opened.reduce((ports, each) => ports + (granted.has(each) ? 0 : size(each)), 0);
    // Where the port labels cannot be read, the usual sizes come to more ports than there are.
    const ports = Math.min(Math.max(1, sum), 65_535);
    return [
      {
        kind: 'boolean',
        booleans: [name],
        target: type,
        opened,
        ...(persistent === true ? { reach: 0, decided: ports } : { reach: ports }),
        proof,
        text: name,
        ...(note === undefined ? {} : { note }),
      },
    ];
  });
}

function labelCandidate(
  facts: PolicyFacts,
  worker: string,
  need: PortNeed,
  granted: ReadonlySet<string>,
  booleans: readonly PortCandidate[],
): PortCandidate | string {
  const refusal = whyNoLabel(facts, need, booleans);
  if (refusal !== undefined) return `label tcp/${need.port} as ${webPort}: ${refusal}`;
  const answer = facts.ask(worker, webPort, 'tcp_socket', 'name_connect');
  const open = granted.has(webPort) || answer === 'yes';
  const base = { kind: 'label', target: webPort } as const;
  const text = `label tcp/${need.port} as ${webPort}`;
  if (open) {
    return {
      ...base,
      booleans: [],
      opened: [],
      reach: 1,
      proof: { text: `the policy allows name_connect to ${webPort} already`, by: 'kernel' },
      text,
    };
  }
  // With one that opens this type too, the label would add nothing.
  const helpers = booleanCandidates(facts, worker, webPort, granted).filter(
    ({ opened }) => !opened.includes(need.type),
  );
  const [helper] = byReach(helpers);
  if (!helper) return `${text}: no boolean that this policy has opens ${webPort} and not ${need.type} too`;
  const with_ = helper.booleans.join(', ');
  return {
    ...base,
    booleans: helper.booleans,
    opened: helper.opened,
    reach: helper.reach + 1,
    proof: helper.proof,
    text: `${text}, with ${with_}${answer === 'no' ? ' (the label alone is not enough)' : ''}`,
  };
}

/** A label takes the port away from whoever owns its type: only where nobody does, and where no boolean is meant for it. */
function whyNoLabel(facts: PolicyFacts, need: PortNeed, booleans: readonly PortCandidate[]): string | undefined {
  if (need.type === webPort) return 'it has that label';
  if (!facts.canLabel)
    return 'needs semanage (package policycoreutils-python-utils; -e install_tools=true installs it)';
  if ('unreadable' in facts.ports) return facts.ports.unreadable;
  if (inLocalRange(facts, need.port)) return 'it lies in a local range, which semanage refuses to overlap';
  const rebind = (facts.listeners.get(need.port) ?? []).filter((domain) => mayBind(facts, domain, webPort) === 'no');
  if (rebind.length > 0) return `${rebind.join(', ')} listens there and could not bind ${webPort} at its next start`;
  if (isWide(need.type)) return undefined;
  if (protectedTypes.has(need.type)) return `it would take the port from the services that own ${need.type}`;
  const meant = booleans.find((candidate) => !candidate.booleans.includes(anyConnect));
  if (meant) return `${meant.text} is the policy's own way to ${need.type}`;
  const owners = ownersOf(facts, need.type);
  return owners.length > 0 ? `${owners.join(', ')} runs here and owns ${need.type}` : undefined;
}

function inLocalRange(facts: PolicyFacts, port: number): boolean {
  if ('unreadable' in facts.ports) return false;
  const { local } = facts.ports;
  const covered = local.some((record) => record.protocol === 'tcp' && record.low <= port && port <= record.high);
  return covered && exactRecord(local, 'tcp', port) === undefined;
}

function mayBind(facts: PolicyFacts, domain: string, type: string): 'yes' | 'no' | 'unknown' {
  return facts.ask(domain, type, 'tcp_socket', 'name_bind');
}

/** Running domains that may bind this type and not just any: unconfined ones own nothing. */
function ownersOf(facts: PolicyFacts, type: string): readonly string[] {
  return [...facts.processes.keys()].filter(
    (domain) =>
      mayBind(facts, domain, type) === 'yes' &&
      !(mayBind(facts, domain, 'ssh_port_t') === 'yes' && mayBind(facts, domain, 'dns_port_t') === 'yes'),
  );
}

function moduleCandidate(facts: PolicyFacts, worker: string, need: PortNeed): PortCandidate | string {
  if (isWide(need.type)) return `a rule for ${need.type}: that is tens of thousands of ports`;
  const rule = { source: worker, target: need.type, class: 'tcp_socket', permission: 'name_connect' };
  return {
    kind: 'module',
    booleans: [],
    target: need.type,
    opened: [need.type],
    reach: Math.max(1, portsOfType(facts)(need.type)),
    proof: ruleProof(facts, need.type, 'tcp_socket', 'name_connect'),
    text: `module ${moduleNameOf(rule)}`,
  };
}

const kinds = ['boolean', 'label', 'module'];

/** Narrowest first; of equals a boolean (it survives policy updates), then a label, then a module. */
export function byReach(candidates: readonly PortCandidate[]): readonly PortCandidate[] {
  return [...candidates].sort((a, b) => a.reach - b.reach || kinds.indexOf(a.kind) - kinds.indexOf(b.kind));
}
