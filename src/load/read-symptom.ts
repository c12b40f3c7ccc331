import type { Check, Symptom } from '../model/runbook.ts';
import type { Context } from './context.ts';
import { refuseEmpty, warnOfBareAll } from './lint-conditions.ts';
import type { Path } from './parse-yaml.ts';
import { mappingOf } from './raw.ts';
import { readCheck } from './read-check.ts';
import { checkDelegatedGone } from './read-delegate.ts';
import { readCondition } from './read-expression.ts';
import { readProbes } from './read-probes.ts';
import type { Scope } from './scope.ts';

/** The symptom, and the scope in which its probes have names. */
export function readSymptom(
  context: Context,
  scope: Scope,
  raw: unknown,
): { readonly symptom: Symptom; readonly scope: Scope } {
  const symptom = mappingOf(raw);
  const path = ['symptom'];
  const { probes, scope: inner } = readProbes(context, scope, symptom['probes'], [...path, 'probes']);
  const present = readCondition(context, inner, symptom['present'], [...path, 'present']);
  refuseEmpty(context, symptom['present'], [...path, 'present']);
  warnOfBareAll(context, symptom['present'], [...path, 'present']);
  const asked = symptom['gone'];
  if (asked === undefined) {
    requireSinceChange(
      context,
      symptom['probes'],
      [...path, 'probes'],
      'without `gone` these probes also decide whether it is gone',
    );
    const absent = present.length === 0 ? 'false' : `!(${present.map(({ check }) => `(${check})`).join(' && ')})`;
    const gone: Check = { probes, that: [{ check: absent }], withinMs: 0, everyMs: 1000, fresh: false };
    return { symptom: { probes, present, gone }, scope: inner };
  }
  const gone = readCheck(context, inner, asked, [...path, 'gone']);
  requireSinceChange(
    context,
    mappingOf(asked)['probes'],
    [...path, 'gone', 'probes'],
    'an old entry must not count after the fix',
  );
  checkDelegatedGone(context, gone, [...path, 'gone']);
  return { symptom: { probes, present, gone }, scope: inner };
}

/** A probe that reads back in time would see what was there before the fix. */
function requireSinceChange({ report, registry }: Context, raw: unknown, path: Path, why: string): void {
  for (const [name, call] of Object.entries(mappingOf(raw))) {
    const [callName = '', params] = Object.entries(mappingOf(call)).find(([key]) => key.includes('.')) ?? [];
    const since = registry.probes.get(callName)?.params.properties['since'];
    if (since === undefined || mappingOf(params)['since'] === 'change') continue;
    const help = 'write `since: change` in `gone`';
    report.at([...path, name, callName, 'since'], 'runbook/since-change', `\`${callName}\` reads the past: ${why}`, {
      help,
    });
  }
}
