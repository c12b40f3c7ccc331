import { didYouMean } from '../../expr/suggest.ts';
import type { CaseAnswer } from '../../model/case-file.ts';
import { isObject, type Json, type JsonObject } from '../../model/json.ts';
import type { Catalog } from '../../model/pack.ts';
import type { Become } from '../../model/runbook.ts';
import type { Path } from '../parse-yaml.ts';
import type { Report } from '../report.ts';
import { answerProblems } from './check-answer.ts';

/** What answers are read against. */
export interface AnswerContext {
  readonly report: Report;
  readonly registry: Catalog;
  /** What the runbook calls its readings → probe; absent in a recording. */
  readonly names: ReadonlyMap<string, string>;
}

type Members = Readonly<Record<string, unknown>>;
const anyParams: JsonObject = {};

/** One layer of answers: `readings`, which are narrower, before `answers`, `states` and `unknown`. */
export function readAnswers(context: AnswerContext, raw: Members, path: Path): readonly CaseAnswer[] {
  const readings = Array.isArray(raw['readings']) ? raw['readings'] : [];
  return [
    ...readings.flatMap((reading: unknown, at) =>
      isObject(reading) ? readReading(context, reading, [...path, 'readings', at]) : [],
    ),
    ...entries(raw['unknown']).flatMap(([of, why]) =>
      isProbe(context, of, [...path, 'unknown', of])
        ? [{ kind: 'probe', of, params: anyParams, unknown: String(why) } as const]
        : [],
    ),
    ...entries(raw['answers']).flatMap(([of, value]) =>
      readResult(context, of, value, [...path, 'answers', of], [...path, 'answers', of])
        ? [{ kind: 'probe', of, params: anyParams, value: value as Json } as const]
        : [],
    ),
    ...entries(raw['states']).flatMap(([of, value]) =>
      isAction(context, of, [...path, 'states', of])
        ? [{ kind: 'inspect', of, params: anyParams, value: value as Json } as const]
        : [],
    ),
  ];
}

function readReading(context: AnswerContext, raw: Members, path: Path): readonly CaseAnswer[] {
  const { report } = context;
  const { probe, inspect, params, become, on, unknown } = raw;
  const common = {
    params: isObject(params) ? (params as JsonObject) : anyParams,
    ...(become === undefined ? {} : { become: becomeOf(become) }),
    ...(typeof on === 'string' ? { on } : {}),
    ...(typeof unknown === 'string' ? { unknown } : {}),
  };
  if (typeof probe === 'string' && inspect === undefined) {
    const { result } = raw;
    if ((result === undefined) === (unknown === undefined)) {
      report.at(path, 'test/answer', 'a probe is answered by `result` or by `unknown`');
      return [];
    }
    if (result === undefined) {
      return isProbe(context, probe, [...path, 'probe']) ? [{ kind: 'probe', of: probe, ...common }] : [];
    }
    return readResult(context, probe, result, [...path, 'probe'], [...path, 'result'])
      ? [{ kind: 'probe', of: probe, ...common, value: result as Json }]
      : [];
  }
  if (typeof inspect === 'string' && probe === undefined) {
    const { state } = raw;
    if ((state === undefined) === (unknown === undefined)) {
      report.at(path, 'test/answer', 'what an action sees is answered by `state` or by `unknown`');
      return [];
    }
    if (!isAction(context, inspect, [...path, 'inspect'])) return [];
    return [{ kind: 'inspect', of: inspect, ...common, ...(state === undefined ? {} : { value: state as Json }) }];
  }
  report.at(path, 'test/answer', 'a reading is one of a `probe`, or what an action sees (`inspect`)');
  return [];
}

function becomeOf(raw: unknown): Become {
  return raw === true ? 'root' : typeof raw === 'string' ? raw : false;
}

/** Whether it is a result of that probe; reports what is wrong with it. */
function readResult(context: AnswerContext, of: string, value: unknown, namePath: Path, path: Path): boolean {
  if (!isProbe(context, of, namePath)) return false;
  const probe = context.registry.probes.get(context.names.get(of) ?? of);
  const problems = probe === undefined ? [] : answerProblems(probe.result, value as Json);
  for (const problem of problems) {
    const { code, message, help, part } = problem;
    context.report.at([...path, ...problem.path], code, message, { ...(help === undefined ? {} : { help }), part });
  }
  return problems.length === 0;
}

function isProbe({ report, registry, names }: AnswerContext, of: string, path: Path): boolean {
  if (names.has(of) || registry.probes.has(of)) return true;
  const help = didYouMean(of, [...names.keys(), ...registry.probes.keys()]);
  const message = `\`${of}\` is neither a probe nor what this runbook calls a reading`;
  report.at(path, 'test/unknown-probe', message, { ...(help === undefined ? {} : { help }), part: partOf(path) });
  return false;
}

function isAction({ report, registry }: AnswerContext, of: string, path: Path): boolean {
  if (registry.actions.has(of)) return true;
  const help = didYouMean(of, registry.actions.keys());
  const message = `there is no action \`${of}\``;
  report.at(path, 'test/unknown-action', message, { ...(help === undefined ? {} : { help }), part: partOf(path) });
  return false;
}

/** A name stands as a key, or as the value of `probe` or `inspect`. */
function partOf(path: Path): 'key' | 'value' {
  return path.at(-1) === 'probe' || path.at(-1) === 'inspect' ? 'value' : 'key';
}

function entries(raw: unknown): readonly (readonly [string, unknown])[] {
  return isObject(raw) ? Object.entries(raw) : [];
}
