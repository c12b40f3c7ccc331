import { basename, dirname, isAbsolute, join } from 'node:path';
import { didYouMean } from '../../expr/suggest.ts';
import type { CaseAnswer, CaseFile, TestCase, Waiver } from '../../model/case-file.ts';
import type { Checked, Diagnostic } from '../../model/diagnostic.ts';
import { isObject, type JsonObject } from '../../model/json.ts';
import type { Catalog } from '../../model/pack.ts';
import type { Runbook } from '../../model/runbook.ts';
import { describeViolations } from '../describe-violation.ts';
import type { JsonSchema } from '../json-schema.ts';
import { type Located, type Path, parseYaml } from '../parse-yaml.ts';
import { fileSystem, readSource } from '../read-source.ts';
import { createReport, type Report } from '../report.ts';
import type { Source } from '../source.ts';
import { schemaValidator } from '../validators.ts';
import { caseFileSchema, hostFileSchema } from './case-file-schema.ts';
import { probeNames, stepNames } from './probe-names.ts';
import { readAnswers } from './read-answers.ts';
import { readExpectation } from './read-expectation.ts';
import { type HostContext, readHost } from './read-host.ts';

/** A case file, its runbook, and its text, for who rewrites a part of it. */
export interface LoadedCases {
  readonly cases: CaseFile;
  readonly runbook: Runbook;
  readonly registry: Catalog;
}

/** How a runbook is read, and with which packs. */
export type LoadBook = (file: string) => Promise<Checked<Runbook> & { readonly registry: Catalog }>;

/** Reads a case file with its runbook and recordings: everything that is wrong, or the cases. */
export async function loadCaseFile(file: string, loadBook: LoadBook): Promise<Checked<LoadedCases>> {
  const opened = await open(file, caseFileSchema, 'test');
  if (opened.value === undefined) return { diagnostics: opened.diagnostics };
  const { located, report, raw } = opened.value;
  const path = beside(file, String(raw['runbook']));
  const { value: runbook, diagnostics, registry } = await loadBook(path);
  if (diagnostics.some(({ code, at }) => code === 'file/missing' && at.file === path)) {
    const help = 'the path of a runbook begins at the folder of the case file';
    report.at(['runbook'], 'file/missing', `there is no such file: ${path}`, { help });
    return { diagnostics: report.diagnostics };
  }
  if (runbook === undefined) return { diagnostics: [...report.diagnostics, ...diagnostics] };

  const context: HostContext = {
    report,
    registry,
    names: probeNames(runbook),
    hosts: isObject(raw['hosts']) ? raw['hosts'] : {},
    steps: stepNames(runbook),
    known: new Map(),
    recorded: recordings(file, registry, report),
  };
  const rawCases = Array.isArray(raw['cases']) ? raw['cases'] : [];
  const cases: TestCase[] = [];
  for (const [at, one] of rawCases.entries())
    if (isObject(one)) cases.push(await readCase(context, located, runbook, one, ['cases', at]));
  refuseTwins(report, cases);
  const failed = report.diagnostics.some(({ severity }) => severity === 'error');
  const value = {
    cases: { file, runbook: path, cases, waivers: (raw['unnoticed'] ?? []) as readonly Waiver[] },
    runbook,
    registry,
  };
  return { ...(failed ? {} : { value }), diagnostics: [...report.diagnostics, ...diagnostics] };
}

interface Opened {
  readonly located: Located;
  readonly report: Report;
  readonly raw: Readonly<Record<string, unknown>>;
}

async function open(file: string, schema: JsonSchema, prefix: string): Promise<Checked<Opened>> {
  const read = await readSource(file, fileSystem);
  const source: Source | undefined = read.value?.source;
  if (source === undefined) return { diagnostics: read.diagnostics };
  const parsed = parseYaml(source);
  if (parsed.value === undefined) return { diagnostics: parsed.diagnostics };
  const located = parsed.value;
  const report = createReport(located);
  const { value } = located;
  if (prefix === 'test' && isObject(value) && 'steps' in value) {
    const help = `its cases stand beside it, in ${basename(file).replace(/\.ya?ml$/, '')}.test.yaml`;
    report.at(['steps'], 'test/runbook', 'this is a runbook, not a file of test cases', { help, part: 'key' });
    return { diagnostics: report.diagnostics };
  }
  const writtenAt = (path: Path): string | undefined => located.writtenAt(path)?.text;
  for (const problem of describeViolations(schemaValidator(schema)(value), { schema, value, prefix, writtenAt }))
    report.at(problem.path, problem.code, problem.message, {
      ...(problem.help === undefined ? {} : { help: problem.help }),
      part: problem.part,
    });
  const diagnostics: readonly Diagnostic[] = report.diagnostics;
  return isObject(value) && diagnostics.length === 0
    ? { value: { located, report, raw: value }, diagnostics }
    : { diagnostics };
}

async function readCase(
  context: HostContext,
  located: Located,
  runbook: Runbook,
  raw: Readonly<Record<string, unknown>>,
  path: Path,
): Promise<TestCase> {
  const { report, steps } = context;
  const params = isObject(raw['params']) ? (raw['params'] as JsonObject) : {};
  const known = runbook.params.map(({ name }) => name);
  for (const name of Object.keys(params).filter((each) => !known.includes(each))) {
    const help = didYouMean(name, known) ?? `params: ${known.join(', ')}`;
    report.at([...path, 'params', name], 'test/unknown-param', `the runbook has no param \`${name}\``, {
      help,
      part: 'key',
    });
  }
  if (!('dry' in raw) && !('real' in raw)) {
    const help = 'add dry: or real:, with what it must come to (`mendgate test --update` fills in an empty one)';
    report.at([...path, 'name'], 'test/no-expectation', 'this case expects nothing', { help });
  }
  const expectation = (mode: 'dry' | 'real') =>
    mode in raw ? { [mode]: readExpectation(report, raw[mode], steps, [...path, mode]) } : {};
  return {
    name: String(raw['name']),
    params,
    hostName: String(raw['host_name'] ?? 'host'),
    groups: (raw['groups'] ?? []) as readonly string[],
    host: await readHost(context, raw['host'], [...path, 'host']),
    approve: raw['approve'] !== false,
    ...expectation('dry'),
    ...expectation('real'),
    at: located.rangeOf([...path, 'name']),
  };
}

function refuseTwins(report: Report, cases: readonly TestCase[]): void {
  for (const [at, { name }] of cases.entries()) {
    const first = cases.findIndex((other) => other.name === name);
    if (first < at) report.at(['cases', at, 'name'], 'test/same-name', `case ${first + 1} has this name too`);
  }
}

/** Recordings beside a case file, each read once. */
function recordings(file: string, registry: Catalog, report: Report): HostContext['recorded'] {
  const known = new Map<string, Promise<Checked<readonly CaseAnswer[]>>>();
  return async (name, path) => {
    const recording = known.get(name) ?? readRecording(beside(file, name), registry);
    known.set(name, recording);
    const { value, diagnostics } = await recording;
    for (const { at, message } of diagnostics.slice(0, 3))
      report.at(path, 'test/recording', `${at.file}:${at.line}:${at.col}: ${message}`);
    return value ?? [];
  };
}

async function readRecording(file: string, registry: Catalog): Promise<Checked<readonly CaseAnswer[]>> {
  const opened = await open(file, hostFileSchema, 'recording');
  if (opened.value === undefined) return { diagnostics: opened.diagnostics };
  const { report, raw } = opened.value;
  const answers = readAnswers({ report, registry, names: new Map() }, raw, []);
  const recorded = answers.map((answer) => ({ ...answer, recorded: true }) as const);
  return { ...(report.diagnostics.length === 0 ? { value: recorded } : {}), diagnostics: report.diagnostics };
}

/** A path of a case file, as it is opened from here. */
function beside(file: string, path: string): string {
  return isAbsolute(path) ? path : join(dirname(file), path);
}
