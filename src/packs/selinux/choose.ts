import type { PortNeed } from './needs.ts';
import type { PolicyFacts } from './policy-facts.ts';
import { byReach, candidatesFor, type PortCandidate } from './port-candidates.ts';

/** `least-reach`: fewest ports; `distro`: booleans and labels before any module; `boolean`: httpd_can_network_connect. */
export type Preference = 'least-reach' | 'distro' | 'boolean';

/** What was chosen for some ports at once, and what else would have worked. */
export interface Choice {
  readonly candidate: PortCandidate;
  readonly needs: readonly PortNeed[];
  readonly alternatives: readonly PortCandidate[];
  readonly refused: readonly string[];
}
export interface Choices {
  readonly chosen: readonly Choice[];
  readonly unsolved: readonly { readonly access: string; readonly why: string }[];
}

/**
 * Puts the candidates in the order in which they are to be taken. Whatever is preferred, a boolean that a reboot would
 * switch on anyway goes first: somebody has decided on its reach already.
 */
function rank(candidates: readonly PortCandidate[], prefer: Preference): readonly PortCandidate[] {
  const decided = candidates.filter((candidate) => candidate.decided !== undefined);
  const narrow = byReach(candidates.filter((candidate) => candidate.decided === undefined));
  return [...decided.sort((a, b) => (a.decided ?? 0) - (b.decided ?? 0)), ...inOrderOf(prefer, narrow)];
}

function inOrderOf(prefer: Preference, narrow: readonly PortCandidate[]): readonly PortCandidate[] {
  if (prefer === 'least-reach') return narrow;
  const late = (candidate: PortCandidate) => {
    if (candidate.kind === 'module') return 2;
    return prefer === 'boolean' && !candidate.booleans.includes('httpd_can_network_connect') ? 1 : 0;
  };
  return [...narrow].sort((a, b) => late(a) - late(b));
}

/** The first of these under another preference; `undefined` where that takes the same one. */
export function takenBy(choice: Choice, prefer: Preference): PortCandidate | undefined {
  const [first] = rank([choice.candidate, ...choice.alternatives], prefer);
  return first === choice.candidate ? undefined : first;
}

/**
 * Chooses for all ports together. The ports whose best way is narrowest come first, and what they open counts as open
 * for the rest; afterwards a choice that a wider one makes needless is dropped.
 */
export function choose(facts: PolicyFacts, worker: string, needs: readonly PortNeed[], prefer: Preference): Choices {
  const unsolved: { access: string; why: string }[] = [];
  const granted = new Set<string>();
  let chosen: Choice[] = [];
  for (const need of narrowestFirst(facts, worker, needs, prefer)) {
    if (granted.has(need.type)) {
      const at = chosen.findIndex((choice) => choice.candidate.opened.includes(need.type));
      chosen = chosen.map((choice, index) => (index === at ? withNeed(choice, need) : choice));
      continue;
    }
    const { possible, refused } = candidatesFor(facts, worker, need, granted);
    const [candidate, ...alternatives] = rank(possible, prefer);
    if (!candidate) {
      unsolved.push({
        access: `connect to tcp/${need.port} (${need.type})`,
        why: refused.join('; ') || 'no rule of this policy could allow it',
      });
      continue;
    }
    for (const type of candidate.opened) granted.add(type);
    chosen.push({ candidate, needs: [need], alternatives, refused });
  }
  return { chosen: dropCovered(chosen), unsolved };
}

function withNeed(choice: Choice, need: PortNeed): Choice {
  return { ...choice, needs: [...choice.needs, need] };
}

function narrowestFirst(
  facts: PolicyFacts,
  worker: string,
  needs: readonly PortNeed[],
  prefer: Preference,
): readonly PortNeed[] {
  const best = (need: PortNeed) =>
    rank(candidatesFor(facts, worker, need, new Set()).possible, prefer)[0]?.reach ?? Infinity;
  return needs
    .map((need) => ({ need, reach: best(need) }))
    .sort((a, b) => a.reach - b.reach || a.need.port - b.need.port)
    .map(({ need }) => need);
}

/** A wide boolean that had to be chosen in the end makes narrow ones superfluous. */
function dropCovered(chosen: readonly Choice[]): readonly Choice[] {
  let left = [...chosen];
  for (const choice of chosen) {
    const cover = left.find(
      (other) =>
        other !== choice &&
        other.candidate.kind === 'boolean' &&
        other.candidate.reach > choice.candidate.reach &&
        choice.needs.every((need) => other.candidate.opened.includes(need.type)),
    );
    if (!cover || needsHelp(left, choice)) continue;
    const merged = { ...cover, needs: [...cover.needs, ...choice.needs] };
    left = left.filter((other) => other !== choice).map((other) => (other === cover ? merged : other));
  }
  return left;
}

/** Another choice rests on what this one opens (a label needs the boolean that opens http_port_t). */
function needsHelp(left: readonly Choice[], choice: Choice): boolean {
  return left.some(
    (other) =>
      other !== choice &&
      other.candidate.kind === 'label' &&
      other.candidate.booleans.length === 0 &&
      choice.candidate.opened.includes(other.candidate.target),
  );
}
