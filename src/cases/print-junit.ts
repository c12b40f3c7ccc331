import { xmlText } from '../model/xml-text.ts';
import type { FileResult } from './file-result.ts';
import { type CaseRun, passed } from './run-cases.ts';

/** The results as JUnit XML, as CI systems read it: a suite for each file, a case for each run. */
export function printJunit(results: readonly FileResult[]): string {
  const runs = results.flatMap((result) => result.runs);
  const suites = results.map(suite);
  const head = `<testsuites name="mendgate test" tests="${runs.length}" failures="${failures(runs)}" time="${seconds(runs)}">`;
  return ['<?xml version="1.0" encoding="UTF-8"?>', head, ...suites, '</testsuites>', ''].join('\n');
}

function suite({ file, runs }: FileResult): string {
  const head = `  <testsuite name="${xmlText(file)}" tests="${runs.length}" failures="${failures(runs)}" errors="0" skipped="0" time="${seconds(runs)}">`;
  return [head, ...runs.map((run) => testcase(file, run)), '  </testsuite>'].join('\n');
}

function testcase(file: string, run: CaseRun): string {
  const name = `${run.testCase.name}, ${run.mode}`;
  const head = `    <testcase classname="${xmlText(file)}" name="${xmlText(name)}" time="${seconds([run])}"`;
  if (passed(run)) return `${head}/>`;
  const first = run.problems[0] ?? run.mismatches.map(({ member }) => member).join(', ');
  const body = [...run.problems, ...run.mismatches.flatMap(({ member, lines }) => [member, ...lines])].join('\n');
  return `${head}>\n      <failure message="${xmlText(first)}">${xmlText(body)}</failure>\n    </testcase>`;
}

function failures(runs: readonly CaseRun[]): number {
  return runs.filter((run) => !passed(run)).length;
}

function seconds(runs: readonly CaseRun[]): string {
  return (runs.reduce((sum, { ms }) => sum + ms, 0) / 1000).toFixed(3);
}
