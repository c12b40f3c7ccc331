import type { PolicyFacts } from './policy-facts.ts';

/** What a remedy's proof rests on. `kernel`: its answer of today; `unproved`: nothing on this host could say beforehand. */
export type ProvedBy = 'sesearch' | 'audit2why' | 'kernel' | 'unproved';

/** Weakest first. */
export const proofKinds = ['unproved', 'audit2why', 'sesearch', 'kernel'] as const satisfies readonly ProvedBy[];

/** A rule, or a decision, by which a change is enough. */
export interface Proof {
  readonly text: string;
  readonly by: ProvedBy;
}

/** Several parts of one remedy are proved as well as the weakest of them. */
export function together(proofs: readonly Proof[]): {
  readonly proof: readonly string[];
  readonly proved_by: ProvedBy;
  readonly proof_text: string;
} {
  const proof = [...new Set(proofs.map(({ text }) => text))];
  const by = proofKinds.find((kind) => proofs.some((each) => each.by === kind)) ?? 'unproved';
  return { proof, proved_by: by, proof_text: proofText(by, proof) };
}

function proofText(by: ProvedBy, proof: readonly string[]): string {
  const text = proof.join('; ');
  switch (by) {
    case 'unproved':
      return `Unproved (${text}): the kernel's answer after the change decides`;
    case 'kernel':
      return `Proved by the kernel's own answer: ${text}`;
    default:
      return `Proved by ${by}: ${text}`;
  }
}

/** A module with the very rule that is missing: enough, unless a constraint stands against it too. */
export function ruleProof(facts: PolicyFacts, type: string, className: string, permission: string): Proof {
  const rule = 'the module holds the very rule that is missing';
  if (facts.why(type, className, permission)?.ruleMissing) {
    return { text: `only a type enforcement rule is missing for ${permission} to ${type}; ${rule}`, by: 'audit2why' };
  }
  if (facts.rules && className === 'tcp_socket') {
    const when = facts.later ? 'after a reboot' : 'today';
    return { text: `no rule that holds ${when} allows ${permission} to ${type}; ${rule}`, by: 'sesearch' };
  }
  return { text: `the kernel denies ${permission} to ${type} now; ${rule}`, by: 'unproved' };
}
