import { xmlText } from '../model/xml-text.ts';
import type { BrokenFile, FileResult, Shortfall } from './file-result.ts';
import { type CaseRun, passed } from './run-cases.ts';

/** The results as JUnit XML, as CI systems read it: a suite for each file, a case for each run; an error for each broken file, a failure for each shortfall. */
export function printJunit(
  results: readonly FileResult[],
  broken: readonly BrokenFile[],
  shortfalls: readonly Shortfall[],
): string {
  const runs = results.flatMap((result) => result.runs);
  const suites = [...results.map(suite), ...broken.map(brokenSuite), ...shortfalls.map(shortSuite)];
  const tests = runs.length + broken.length + shortfalls.length;
  const head = `<testsuites name="mendgate test" tests="${tests}" failures="${failures(runs) + shortfalls.length}" errors="${broken.length}" time="${seconds(runs)}">`;
  return ['<?xml version="1.0" encoding="UTF-8"?>', head, ...suites, '</testsuites>', ''].join('\n');
}

function suite({ file, runs }: FileResult): string {
  const head = `  <testsuite name="${xmlText(file)}" tests="${runs.length}" failures="${failures(runs)}" errors="0" skipped="0" time="${seconds(runs)}">`;
  return [head, ...runs.map((run) => testcase(file, run)), '  </testsuite>'].join('\n');
}

function brokenSuite({ file, errors }: BrokenFile): string {
  const name = xmlText(file);
  const lines = errors.map(({ at, code, message }) => `${at.file}:${at.line}:${at.col}: ${code}: ${message}`);
  return `  <testsuite name="${name}" tests="1" failures="0" errors="1" skipped="0" time="0.000">
    <testcase classname="${name}" name="not run" time="0.000">
      <error message="${xmlText(errors[0]?.message ?? '')}">${xmlText(lines.join('\n'))}</error>
    </testcase>
  </testsuite>`;
}

function shortSuite({ of, what, message }: Shortfall): string {
  const name = xmlText(of);
  return `  <testsuite name="${name}" tests="1" failures="1" errors="0" skipped="0" time="0.000">
    <testcase classname="${name}" name="${what}" time="0.000">
      <failure message="${xmlText(message)}">${xmlText(message)}</failure>
    </testcase>
  </testsuite>`;
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
