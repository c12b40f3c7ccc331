import type { CaseAnswer, CaseHost } from '../model/case-file.ts';
import { canonicalJson, isObject, type Json } from '../model/json.ts';
import type { Question } from '../model/reader.ts';
import { layOver } from './lay-over.ts';

/** What a case's host says to a question. */
export type Said = { readonly value: Json } | { readonly unknown: string };

/** Where an answer may be looked for beyond what was asked for exactly. */
export interface FindOptions {
  /** Fixes that stand (`STEP`, `STEP.ALTERNATIVE`), in the order in which they were made. */
  readonly made: readonly string[];
  /** Params count for nothing where nothing fits exactly: a changed answer makes other questions of it. */
  readonly loose: boolean;
}

/** The answer to a question, laid together from all layers; `undefined`: there is none. */
export function findAnswer(host: CaseHost, question: Question, { made, loose }: FindOptions): Said | undefined {
  const after = [...made].reverse().flatMap((step) => host.after.filter((entry) => entry.step === step));
  const layers = [...after.map(({ answers }) => answers), ...host.layers];
  const exact = layers.flatMap((answers) => bestOf(answers, question, suits));
  if (exact.length > 0) return together(exact);
  const near = layers.flatMap((answers) =>
    nearest(
      bestOf(answers, question, (answer) => loose || answer.recorded === true),
      question,
    ),
  );
  return near.length === 0 ? undefined : together(near);
}

/** Of one layer: those that name the reading before those that name its probe, else as they are written. */
function bestOf(
  answers: readonly CaseAnswer[],
  question: Question,
  may: (answer: CaseAnswer, question: Question) => boolean,
): readonly CaseAnswer[] {
  const name = question.site?.split('.').at(-1);
  const kind = question.label.kind === 'inspect' ? 'inspect' : 'probe';
  const own = answers.filter((answer) => answer.kind === kind && isWhere(answer, question) && may(answer, question));
  const placed = own.filter(({ of }) => of === question.site);
  const named = own.filter(({ of }) => of === name);
  return [...placed, ...named, ...own.filter(({ of }) => of === question.label.name)];
}

/** A recording tells apart whom it asked; what somebody wrote does so where it says whom. */
function isWhere({ on, recorded }: CaseAnswer, question: Question): boolean {
  return on === undefined && recorded !== true ? true : on === question.on;
}

function suits({ params, become }: CaseAnswer, { label, become: asked }: Question): boolean {
  return (become === undefined || become === asked) && holds(params, label.params);
}

/** Of readings with other params, the one with the most in common. */
function nearest(answers: readonly CaseAnswer[], { label }: Question): readonly CaseAnswer[] {
  const common = ({ params }: CaseAnswer): number =>
    Object.entries(params).filter(([name, value]) => holds(value, label.params[name])).length;
  return answers.toSorted((one, other) => common(other) - common(one)).slice(0, 1);
}

/** Whether `part` is in `whole`: members that it names, lists entirely. */
function holds(part: Json, whole: Json | undefined): boolean {
  if (whole === undefined) return false;
  if (!isObject(part) || !isObject(whole)) return canonicalJson(part) === canonicalJson(whole);
  const members = whole as { readonly [name: string]: Json };
  return Object.entries(part as { readonly [name: string]: Json }).every(([name, member]) =>
    holds(member, members[name]),
  );
}

/** The first of them; where it is an object, laid over the next, and so on. */
function together(answers: readonly CaseAnswer[]): Said {
  const over: Json[] = [];
  for (const { value, unknown } of answers) {
    if (value === undefined && over.length === 0) return { unknown: unknown ?? 'the host cannot tell' };
    if (value === undefined) break;
    over.push(value);
    if (!isObject(value)) break;
  }
  const [first = null, ...below] = over;
  // A text or list below an object is another kind of answer: it does not show through.
  return { value: below.filter(isObject).reduce<Json>((laid, next) => layOver(laid, next as Json), first) };
}
