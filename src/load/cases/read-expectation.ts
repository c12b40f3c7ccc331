import { regexFault } from '../../expr/regex.ts';
import { didYouMean } from '../../expr/suggest.ts';
import type { Expectation, ExpectedStep } from '../../model/case-file.ts';
import { isObject } from '../../model/json.ts';
import { stepOutcomes } from '../../model/result.ts';
import type { Path } from '../parse-yaml.ts';
import type { Report } from '../report.ts';

/** What a case expects. The schema has been checked; here its patterns and the steps that it names are. */
export function readExpectation(report: Report, raw: unknown, steps: readonly string[], path: Path): Expectation {
  if (!isObject(raw)) return {};
  checkPatterns(report, raw, path);
  const given = isObject(raw['steps']) ? Object.entries(raw['steps']) : [];
  const expected = given.map(([step, how]) => {
    const here = [...path, 'steps', step];
    if (!steps.includes(step)) {
      const help = didYouMean(step, steps) ?? `steps: ${steps.join(', ')}`;
      report.at(here, 'test/unknown-step', `the runbook has no step \`${step}\``, { help, part: 'key' });
    }
    return [step, readStep(report, how, here)] as const;
  });
  // The rest is as the schema says.
  const { steps: _read, ...rest } = raw as unknown as Expectation;
  return { ...rest, ...(raw['steps'] === undefined ? {} : { steps: Object.fromEntries(expected) }) };
}

function readStep(report: Report, raw: unknown, path: Path): ExpectedStep {
  if (isObject(raw)) return raw as ExpectedStep;
  const result = stepOutcomes.find((outcome) => outcome === raw);
  if (result === undefined && typeof raw === 'string') {
    const help = didYouMean(raw, stepOutcomes) ?? `one of ${stepOutcomes.join(', ')}`;
    report.at(path, 'test/not-one-of', `\`${raw}\` is no result of a step`, { help });
  }
  return result === undefined ? {} : { result };
}

function checkPatterns(report: Report, raw: unknown, path: Path): void {
  if (typeof raw === 'string') {
    const pattern = /^\/(.*)\/$/s.exec(raw)?.[1];
    const fault = pattern === undefined ? undefined : regexFault(pattern);
    if (fault !== undefined) report.at(path, 'test/pattern', `this pattern cannot be read: ${fault}`);
  } else if (Array.isArray(raw)) {
    for (const [at, part] of raw.entries()) checkPatterns(report, part, [...path, at]);
  } else if (isObject(raw))
    for (const [name, part] of Object.entries(raw)) checkPatterns(report, part, [...path, name]);
}
