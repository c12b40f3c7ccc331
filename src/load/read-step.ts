import type { Conclusion, OnFailure, Remediation, Risky, Step } from '../model/runbook.ts';
import type { ObjectSchema, Schema } from '../model/schema.ts';
import type { Context } from './context.ts';
import { refuseShutGate, warnOfBareAll } from './lint-conditions.ts';
import type { Path } from './parse-yaml.ts';
import { choiceOf, listOf, mappingOf, textOf } from './raw.ts';
import { readBecome, readDuration, readEach } from './read-call.ts';
import { readCheck } from './read-check.ts';
import { checkDelegated, readDelegate } from './read-delegate.ts';
import { readCondition, readText } from './read-expression.ts';
import { readProbes } from './read-probes.ts';
import { readRemediation, readRollback } from './read-remediation.ts';
import { readRisky } from './read-risky.ts';
import { behind, isCelName, type Scope, withStep } from './scope.ts';

const defaultTimeoutMs = 300_000;

/** A step, and the scope that later steps see. */
export async function readStep(
  context: Context,
  outer: Scope,
  raw: Readonly<Record<string, unknown>>,
  path: Path,
): Promise<{ readonly step: Step; readonly scope: Scope }> {
  const at = (key: string): Path => [...path, key];
  const id = textOf(raw['id']) ?? '';
  isCelName(context, id, at('id'), 'value');
  const when = readCondition(context, outer, raw['when'], at('when'));
  const delegateTo = readDelegate(context, behind(outer, when), raw['delegate_to'], at('delegate_to'));
  const each = readEach(context, behind(outer, when), raw, path);
  const { probes, scope } = readProbes(context, each.scope, raw['probes'], at('probes'));
  const conclude = readConclusions(context, scope, raw['conclude'], at('conclude'));
  refuseShutGate(context, raw['gate'], at('gate'));
  const gate = readCondition(context, scope, raw['gate'], at('gate'));
  const open = behind(scope, gate);
  const verify = raw['verify'] === undefined ? undefined : readCheck(context, open, raw['verify'], at('verify'));
  const rollback = readRollback(context, open, raw['rollback'], at('rollback'));
  const risky = readRisky(context, raw['risky'], at('risky'));
  const remediation = await readRemediation(context, open, raw, path, { gate, verify, rollback, risky });
  refuseIdleKeys(context, raw, path);
  refuseOnceForEach(context, raw, path);
  const onFailure = choiceOf(raw['on_failure'], ['rollback', 'rollback_all', 'keep', 'continue'], 'rollback');
  refuseKeptRisk(context, onFailure, remediation, risky, path);
  const become = readBecome(raw['become']);
  const step: Step = {
    id,
    title: raw['title'] === undefined ? id : readText(context, scope, raw['title'], at('title')),
    tags: listOf(raw['tags']).map(String),
    when,
    ...(raw['run_once'] === true ? { runOnce: true } : {}),
    ...(each.forEach === undefined ? {} : { forEach: each.forEach }),
    as: each.as,
    probes,
    conclude,
    gate,
    ...(raw['confirm'] === undefined ? {} : { confirm: readText(context, scope, raw['confirm'], at('confirm')) }),
    remediation,
    ...(verify === undefined ? {} : { verify }),
    rollback,
    ...(risky === undefined ? {} : { risky }),
    onFailure,
    timeoutMs: readDuration(raw['timeout']) ?? defaultTimeoutMs,
    prevent: raw['prevent'] === true,
    ...(become === undefined ? {} : { become }),
    ...(delegateTo === undefined ? {} : { delegateTo }),
    ...(typeof raw['throttle'] === 'number' ? { throttle: raw['throttle'] } : {}),
  };
  checkDelegated(context, step, path);
  const outputs = outputsOf(step);
  // Probes of a for_each step end with their item. What `when` proved holds in this step only.
  const seen = each.forEach === undefined ? { ...scope, types: new Map([...scope.types, ...outer.types]) } : outer;
  return { step, scope: withStep(seen, id, each.item ?? { type: 'any' }, outputs) };
}

function outputsOf({ remediation }: Step): Schema {
  const outputs = remediation.kind === 'use' ? remediation.runbook.outputs : [];
  const schema: ObjectSchema = {
    type: 'object',
    properties: Object.fromEntries(outputs.map(({ name, type }) => [name, type ?? { type: 'any' }])),
    required: outputs.map(({ name }) => name),
  };
  return schema;
}

/** What is kept whatever becomes of it, and what goes by itself, are two things. */
function refuseKeptRisk(
  { report }: Context,
  onFailure: OnFailure,
  remediation: Remediation,
  risky: Risky | undefined,
  path: Path,
): void {
  const own = remediation.kind === 'alternatives' ? remediation.alternatives.map((each) => each.risky) : [];
  if (onFailure !== 'keep' || [risky, ...own].every((each) => each === undefined)) return;
  const message = '`on_failure: keep` leaves what a host takes back by itself';
  report.at([...path, 'on_failure'], 'runbook/risky-keep', message, { part: 'key', help: 'remove it, or `risky`' });
}

function readConclusions(context: Context, scope: Scope, raw: unknown, path: Path): readonly Conclusion[] {
  return listOf(raw).map((entry, index): Conclusion => {
    const conclusion = mappingOf(entry);
    const at = [...path, index];
    warnOfBareAll(context, conclusion['when'], [...at, 'when']);
    const verdict = (['not_applicable', 'not_fixed', 'healthy'] as const).find(
      (known) => known === conclusion['verdict'],
    );
    const see = textOf(conclusion['see']);
    const when = readCondition(context, scope, conclusion['when'], [...at, 'when']);
    return {
      when,
      message: readText(context, behind(scope, when), conclusion['message'], [...at, 'message']),
      ...(verdict === undefined ? {} : { verdict }),
      ...(see === undefined ? {} : { see }),
    };
  });
}

/** What runs once is one thing for all hosts; the items of a list may differ from host to host. */
function refuseOnceForEach({ report }: Context, raw: Readonly<Record<string, unknown>>, path: Path): void {
  if (raw['run_once'] !== true || raw['for_each'] === undefined) return;
  report.at([...path, 'run_once'], 'runbook/run-once-for-each', '`run_once` does not go with `for_each`', {
    part: 'key',
    help: 'give each item a step, or put `for_each` on the calls of the fix',
  });
}

/** Keys that say something about a fix, in a step that has none. */
function refuseIdleKeys({ report }: Context, raw: Readonly<Record<string, unknown>>, path: Path): void {
  if (raw['use'] !== undefined && raw['risky'] !== undefined) {
    const help = 'give it to the steps of the other runbook that need it';
    report.at([...path, 'risky'], 'runbook/nothing-to-do', '`risky` is about a fix, and `use` is none', {
      part: 'key',
      help,
    });
  }
  if (raw['fix'] !== undefined || raw['alternatives'] !== undefined || raw['use'] !== undefined) return;
  const idle = ['rollback', 'confirm', 'risky', ...(raw['verify'] === undefined ? ['gate'] : [])];
  for (const key of idle.filter((name) => raw[name] !== undefined)) {
    const help = 'add `fix:`, or remove it';
    report.at([...path, key], 'runbook/nothing-to-do', `\`${key}\` is about a fix, and the step has none`, {
      part: 'key',
      help,
    });
  }
}
