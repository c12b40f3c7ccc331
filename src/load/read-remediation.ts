import { assertNever } from '../model/assert-never.ts';
import type { Alternative, Check, Cond, Remediation, Risky, StepRollback } from '../model/runbook.ts';
import { checkCommandRules } from './command-rules.ts';
import type { Context } from './context.ts';
import { refuseShutGate } from './lint-conditions.ts';
import type { Path } from './parse-yaml.ts';
import { listOf, mappingOf, textOf } from './raw.ts';
import { readActionCalls } from './read-call.ts';
import { readCheck } from './read-check.ts';
import { readCondition, readText } from './read-expression.ts';
import { checkRisky, readRisky } from './read-risky.ts';
import { readUse } from './read-use.ts';
import { behind, type Scope } from './scope.ts';

const ways = ['fix', 'alternatives', 'use'] as const;

interface Around {
  readonly gate: Cond;
  readonly verify: Check | undefined;
  readonly rollback: StepRollback;
  readonly risky: Risky | undefined;
}

/** What the step does when its gate is open: `fix`, `alternatives` or `use`, at most one of them. */
export async function readRemediation(
  context: Context,
  scope: Scope,
  step: Readonly<Record<string, unknown>>,
  path: Path,
  around: Around,
): Promise<Remediation> {
  const [way, second] = ways.filter((key) => step[key] !== undefined);
  if (second !== undefined) {
    const help = 'make them two steps, or the fixes `alternatives`';
    context.report.at([...path, second], 'runbook/exclusive-keys', `a step has \`${way}\` or \`${second}\`, not both`, {
      part: 'key',
      help,
    });
  }
  if (step['with'] !== undefined && step['use'] === undefined) {
    context.report.at(
      [...path, 'with'],
      'runbook/with-without-use',
      '`with` gives params to a `use`, and there is none',
      { part: 'key' },
    );
  }
  switch (way) {
    case undefined:
      return { kind: 'none' };
    case 'fix': {
      const calls = readActionCalls(context, scope, step['fix'], [...path, 'fix']);
      checkCommandRules(context, { calls, ...around }, [...path, 'fix']);
      checkRisky(context, scope, { calls, ...around }, [...path, 'fix'], [...path, 'risky']);
      return { kind: 'fix', calls };
    }
    case 'alternatives':
      return {
        kind: 'alternatives',
        alternatives: readAlternatives(context, scope, step['alternatives'], [...path, 'alternatives'], around),
      };
    case 'use':
      return readUse(context, scope, step, path);
    default:
      return assertNever(way);
  }
}

function readAlternatives(
  context: Context,
  scope: Scope,
  raw: unknown,
  path: Path,
  around: Around,
): readonly Alternative[] {
  const seen = new Map<string, Path>();
  return listOf(raw).map((entry, index) => {
    const at = [...path, index];
    const alternative = readAlternative(context, scope, mappingOf(entry), at, around);
    refuseSecondId(context, seen, alternative.id, [...at, 'id']);
    const isLast = index === listOf(raw).length - 1;
    if (alternative.rollback.kind === 'irreversible' && !isLast) {
      const message = 'only the last alternative may be irreversible: the others are undone when they do not help';
      context.report.at([...at, 'rollback'], 'runbook/irreversible-alternative', message, { part: 'key' });
    }
    return alternative;
  });
}

function readAlternative(
  context: Context,
  scope: Scope,
  raw: Readonly<Record<string, unknown>>,
  path: Path,
  around: Around,
): Alternative {
  const id = textOf(raw['id']) ?? '';
  refuseShutGate(context, raw['gate'], [...path, 'gate']);
  const gate = readCondition(context, scope, raw['gate'], [...path, 'gate']);
  const open = behind(scope, gate);
  const fix = readActionCalls(context, open, raw['fix'], [...path, 'fix']);
  const verify =
    raw['verify'] === undefined ? around.verify : readCheck(context, open, raw['verify'], [...path, 'verify']);
  const rollback =
    raw['rollback'] === undefined
      ? around.rollback
      : readRollback(context, scope, raw['rollback'], [...path, 'rollback']);
  checkCommandRules(context, { calls: fix, gate: [...around.gate, ...gate], verify, rollback }, [...path, 'fix']);
  const own = readRisky(context, raw['risky'], [...path, 'risky']);
  const risky = own ?? around.risky;
  // `alternatives` stands two levels above, beside the step's own `risky`.
  const at = own === undefined ? [...path.slice(0, -2), 'risky'] : [...path, 'risky'];
  checkRisky(context, open, { risky, calls: fix, verify, rollback }, [...path, 'fix'], at);
  return {
    id,
    title: raw['title'] === undefined ? id : readText(context, scope, raw['title'], [...path, 'title']),
    gate,
    ...(raw['confirm'] === undefined
      ? {}
      : { confirm: readText(context, scope, raw['confirm'], [...path, 'confirm']) }),
    fix,
    ...(verify === undefined ? {} : { verify }),
    rollback,
    ...(risky === undefined ? {} : { risky }),
  };
}

/** Absent: the actions' own undo. */
export function readRollback(context: Context, scope: Scope, raw: unknown, path: Path): StepRollback {
  if (raw === undefined) return { kind: 'own' };
  if (Array.isArray(raw)) return { kind: 'calls', calls: readActionCalls(context, scope, raw, path) };
  const why = mappingOf(raw)['irreversible'];
  return { kind: 'irreversible', why: readText(context, scope, why, [...path, 'irreversible']) };
}

/** Reports an id that was given before, with both places. */
export function refuseSecondId({ report }: Context, seen: Map<string, Path>, id: string, path: Path): void {
  const first = seen.get(id);
  if (first === undefined) seen.set(id, path);
  else if (id !== '')
    report.at(path, 'runbook/duplicate-id', `the id \`${id}\` is given twice; the first is at ${report.place(first)}`);
}
