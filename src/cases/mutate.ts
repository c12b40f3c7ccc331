import type { CaseMode, TestCase, Waiver } from '../model/case-file.ts';
import { canonicalJson } from '../model/json.ts';
import type { Registry } from '../model/pack.ts';
import type { Runbook } from '../model/runbook.ts';
import type { Answered } from './fake-host.ts';
import { type Mutant, mutantsOf, stateMutants } from './mutants.ts';
import { type CaseRun, judge, type RunOnce } from './run-cases.ts';
import { usedAnswers } from './used-answers.ts';

/** An answer that may be any other without a case noticing. */
export interface Survivor {
  /** `confirm.dials[].connected`. */
  readonly answer: string;
  /** In how many runs it was turned into how many others. */
  readonly tried: number;
  /** The last of them. */
  readonly example: { readonly name: string; readonly mode: CaseMode; readonly words: string };
  /** Whether a run then came to something else, and only nobody looked at that. */
  readonly differs: boolean;
  readonly because?: string;
}

/** Which answers of a runbook’s cases could be otherwise without anybody noticing. */
export interface Mutation {
  /** Answers that were turned round, each in at least one case. */
  readonly answers: number;
  readonly runs: number;
  readonly survivors: readonly Survivor[];
  /** Waivers for answers that some case does notice, or that nobody asks for. */
  readonly needless: readonly Waiver[];
}

/**
 * Turns one answer at a time into another one, and runs the case again: until one case notices that answer, or none does.
 * `runs` are the cases as they pass.
 */
export async function mutate(
  runs: readonly CaseRun[],
  runbook: Runbook,
  registry: Registry,
  runOnce: RunOnce,
  waivers: readonly Waiver[],
): Promise<Mutation> {
  const used = usedAnswers(runbook);
  const noticed = new Set<string>();
  const open = new Map<string, Omit<Survivor, 'because'>>();
  let count = 0;
  for (const run of runs) {
    const cameBefore = canonicalJson(run.came);
    for (const { answered, mutant } of mutantsIn(run, registry, used)) {
      const { answer, words } = mutant;
      if (noticed.has(answer)) continue;
      const { testCase, mode } = run;
      const alter = alteration(answered, mutant);
      const again = await judge(testCase, mode, runOnce, { alter });
      count += 1;
      if (again.mismatches.length + again.problems.length > 0) {
        noticed.add(answer);
        open.delete(answer);
        continue;
      }
      const before = open.get(answer);
      const differs = before?.differs === true || canonicalJson(again.came) !== cameBefore;
      open.set(answer, { answer, tried: (before?.tried ?? 0) + 1, example: exampleOf(testCase, mode, words), differs });
    }
  }
  const survivors = [...open.values()].map((survivor) => {
    const waiver = waivers.find((each) => covers(each, survivor.answer));
    return waiver === undefined ? survivor : { ...survivor, because: waiver.because };
  });
  const needless = waivers.filter((waiver) => !survivors.some(({ answer }) => covers(waiver, answer)));
  return { answers: noticed.size + open.size, runs: count, survivors, needless };
}

interface Found {
  readonly answered: Answered;
  readonly mutant: Mutant;
}

function mutantsIn({ answered }: CaseRun, registry: Registry, used: ReadonlySet<string>): readonly Found[] {
  const distinct = new Map(answered.map((one) => [keyOf(one), one]));
  return [...distinct.values()].flatMap((one) => {
    const { question, value } = one;
    const probe = registry.probes.get(question.label.name);
    const mutants =
      question.label.kind === 'inspect'
        ? stateMutants(question, value)
        : probe === undefined
          ? []
          : mutantsOf(question, value, probe.result, used);
    return mutants.map((mutant) => ({ answered: one, mutant }));
  });
}

function alteration(target: Answered, { value }: Mutant): (answered: Answered) => Answered['value'] {
  const key = keyOf(target);
  return (answered) => (keyOf(answered) === key ? value : answered.value);
}

function keyOf({ question: { label, site }, value }: Answered): string {
  return canonicalJson([label.kind, label.name, site, label.params, value]);
}

function exampleOf({ name }: TestCase, mode: CaseMode, words: string): Survivor['example'] {
  return { name, mode, words };
}

function covers({ answer: pattern }: Waiver, answer: string): boolean {
  return pattern.endsWith('*') ? answer.startsWith(pattern.slice(0, -1)) : pattern === answer;
}
