import type { HostPlan } from '../model/plan.ts';
import type { Approval } from './host-run.ts';

type Approve = (approval: Approval) => Promise<boolean>;

interface Question {
  readonly hosts: Set<string>;
  /** Other hosts on which it is done for them. */
  readonly on: Set<string>;
  answer?: Promise<boolean>;
}

/** Asks each question of a batch once, for all of its hosts whose plan shows it. */
export class ConfirmDesk {
  readonly #approve: Approve;
  #questions: ReadonlyMap<string, Question> = new Map();

  constructor(approve: Approve) {
    this.#approve = approve;
  }

  /** From now on these are the hosts of the batch. */
  begin(plans: readonly HostPlan[]): void {
    const questions = new Map<string, Question>();
    for (const { host, steps } of plans) {
      for (const { confirm, changes } of steps.flatMap(({ items }) => items)) {
        if (confirm === undefined) continue;
        const question = questions.get(confirm) ?? { hosts: new Set(), on: new Set() };
        questions.set(confirm, question);
        question.hosts.add(host);
        for (const { on } of changes) if (on !== undefined) question.on.add(on);
      }
    }
    this.#questions = questions;
  }

  /** What no plan has foreseen is asked for that one host. */
  readonly approve: Approve = (approval) => {
    const question = this.#questions.get(approval.text);
    if (approval.kind !== 'confirm' || question?.hosts.has(approval.host) !== true) return this.#approve(approval);
    question.answer ??= this.#approve({ ...approval, hosts: [...question.hosts], ...elsewhere(question.on) });
    return question.answer;
  };
}

function elsewhere(on: ReadonlySet<string>): { readonly on?: readonly string[] } {
  return on.size === 0 ? {} : { on: [...on].sort() };
}
