import { formatDuration } from '../model/duration.ts';
import { safeLine, safeText } from '../model/safe-text.ts';
import { failureIn } from './failed-run.ts';
import { type BookCoverage, type BrokenFile, type FileResult, percentOf, type Shortfall } from './file-result.ts';
import type { Mutation, Survivor } from './mutate.ts';
import { type CaseRun, passed } from './run-cases.ts';

interface Paint {
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly faint: (text: string) => string;
}

const plain: Paint = { good: (text) => text, bad: (text) => text, faint: (text) => text };
const ansi = (code: number) => (text: string) => `\u001b[${code}m${text}\u001b[0m`;
const coloured: Paint = { good: ansi(32), bad: ansi(31), faint: ansi(2) };

/** The results of case files as a person reads them: each case, what differed, what could not be run, and the sum. */
export function printResults(
  results: readonly FileResult[],
  options: {
    readonly broken: readonly BrokenFile[];
    readonly coverage: readonly BookCoverage[];
    readonly shortfalls: readonly Shortfall[];
    readonly colour: boolean;
    readonly ms: number;
  },
): string {
  const { broken, coverage, shortfalls } = options;
  const paint = options.colour ? coloured : plain;
  const runs = results.flatMap((result) => result.runs);
  const failed = runs.filter((run) => !passed(run)).length;
  const updated = results.reduce((sum, result) => sum + result.updated.length, 0);
  const bad = [
    ...(failed === 0 ? [] : [`${failed} failed`]),
    ...(broken.length === 0 ? [] : [`${count(broken.length, 'file')} broken`]),
    ...shortfalls.map(({ message }) => safeLine(message)),
  ];
  const sum = `${count(runs.length, 'run')}, ${bad.length === 0 ? paint.good('all passed') : paint.bad(bad.join(', '))}`;
  const written = updated === 0 ? '' : `, ${count(updated, 'expectation')} written anew`;
  const lines = [
    ...results.flatMap((result) => fileLines(result, paint)),
    ...broken.flatMap((file) => brokenLines(file, paint)),
    ...coverage.flatMap((book) => coverageLines(book, paint)),
    `${count(results.length + broken.length, 'file')}, ${sum}${written} ${paint.faint(`(${formatDuration(options.ms)})`)}`,
  ];
  return `${lines.join('\n')}\n`;
}

function fileLines(result: FileResult, paint: Paint): readonly string[] {
  return [
    safeLine(result.file),
    ...result.runs.flatMap((run) => runLines(run, paint)),
    ...result.updated.flatMap((run) => doubtLines(run, paint)),
    ...(result.mutation === undefined ? [] : mutationLines(result.mutation, paint)),
    '',
  ];
}

/** What is wrong stands above, with its excerpts; here only where. */
function brokenLines({ file, errors }: BrokenFile, paint: Paint): readonly string[] {
  const [first] = errors;
  const where = first === undefined ? '' : `${safeLine(first.at.file)}:${first.at.line}: ${safeLine(first.message)}`;
  const more = errors.length > 1 ? ` (and ${count(errors.length - 1, 'more error')})` : '';
  return [safeLine(file), `  ${paint.bad('✗')} not run: ${where}${more}`, ''];
}

function runLines(run: CaseRun, paint: Paint): readonly string[] {
  const { testCase, mode, mismatches, problems, ms } = run;
  const time = paint.faint(`(${formatDuration(ms)})`);
  if (passed(run)) return [`  ${paint.good('✓')} ${safeLine(testCase.name)}, ${mode} ${time}`];
  const { file, line } = testCase.at;
  return [
    `  ${paint.bad('✗')} ${safeLine(testCase.name)}, ${mode} ${paint.faint(`${safeLine(file)}:${line}`)}`,
    ...problems.map((problem) => `      ${paint.bad(safeLine(problem))}`),
    ...mismatches.flatMap(({ member, lines }) => [
      `      ${member}`,
      ...lines.map((text) => `        ${diffLine(text, paint)}`),
    ]),
  ];
}

/** A failed run that was written down as what is expected. */
function doubtLines({ testCase, mode, came }: CaseRun, paint: Paint): readonly string[] {
  const failure = came === undefined ? undefined : failureIn(came);
  if (failure === undefined) return [];
  const what = `${safeLine(testCase.name)}, ${mode}, expects a failed run now: ${safeLine(failure)}`;
  return [`  ${paint.bad('warning:')} ${what}`];
}

function diffLine(text: string, paint: Paint): string {
  const shown = safeText(text).replaceAll('\n', '\n          ');
  if (text.startsWith('-')) return paint.bad(shown);
  return text.startsWith('+') ? paint.good(shown) : paint.faint(shown);
}

function coverageLines(book: BookCoverage, paint: Paint): readonly string[] {
  const { runbook, branches, missed } = book;
  const head = `branches of ${safeLine(runbook)}: ${branches - missed.length} of ${branches} (${percentOf(book)} %)`;
  if (missed.length === 0) return [paint.good(head), ''];
  return [`${head}, no case takes:`, ...missed.map((name) => `  ${paint.bad(safeLine(name))}`), ''];
}

function mutationLines({ answers, runs, survivors, needless }: Mutation, paint: Paint): readonly string[] {
  const open = survivors.filter(({ because }) => because === undefined);
  const head = `  ${count(answers, 'answer')} turned round in ${count(runs, 'run')}`;
  const excused = survivors.length - open.length;
  return [
    open.length === 0
      ? paint.good(`${head}: each is noticed${excused === 0 ? '' : `, but for ${excused} with a reason`}`)
      : `${head}; no case notices:`,
    ...open.map((survivor) => `    ${survivorLine(survivor, paint)}`),
    ...needless.map(
      ({ answer }) =>
        `    ${paint.bad(`unnoticed: ${safeLine(answer)} is needless: it is noticed, or never asked for`)}`,
    ),
  ];
}

function survivorLine({ answer, tried, example, differs }: Survivor, paint: Paint): string {
  const why = differs ? 'it changes what comes, and nothing looks at that' : 'nothing comes of it';
  const where = `${safeLine(example.name)}, ${example.mode}: ${safeLine(example.words)}`;
  return `${paint.bad(safeLine(answer))} ${paint.faint(`(${why}; ${count(tried, 'try', 'tries')}, e.g. ${where})`)}`;
}

function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : plural}`;
}
