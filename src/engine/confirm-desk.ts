import type { HostPlan } from '../model/plan.ts';
import type { Approve } from './host-run.ts';

interface Question {
  readonly hosts: ReadonlySet<string>;
  answer?: ReturnType<Approve>;
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
    const hosts = new Map<string, Set<string>>();
    for (const { host, steps } of plans) {
      for (const { confirm } of steps.flatMap(({ items }) => items)) {
        if (confirm !== undefined) hosts.set(confirm, (hosts.get(confirm) ?? new Set()).add(host));
      }
    }
    this.#questions = new Map([...hosts].map(([text, asking]) => [text, { hosts: asking }]));
  }

  /** What no plan has foreseen is asked for that one host. */
  readonly approve: Approve = (approval) => {
    const question = this.#questions.get(approval.text);
    if (approval.kind !== 'confirm' || question?.hosts.has(approval.host) !== true) return this.#approve(approval);
    question.answer ??= this.#approve({ ...approval, hosts: [...question.hosts] });
    return question.answer;
  };
}
