import type { Check } from '../model/runbook.ts';
import type { Context } from './context.ts';
import type { Path } from './parse-yaml.ts';
import { mappingOf } from './raw.ts';
import { readDuration } from './read-call.ts';
import { readCondition } from './read-expression.ts';
import { readProbes } from './read-probes.ts';
import type { Scope } from './scope.ts';

/** A `verify` or a `symptom.gone`; its probes are seen only in its own `that`. */
export function readCheck(context: Context, scope: Scope, raw: unknown, path: Path): Check {
  const check = mappingOf(raw);
  const { probes, scope: inner } = readProbes(context, scope, check['probes'], [...path, 'probes']);
  const that = readCondition(context, inner, check['that'], [...path, 'that']);
  if (Array.isArray(check['that']) && check['that'].length === 0) {
    context.report.at([...path, 'that'], 'runbook/empty', 'a check that asks nothing always holds', { part: 'key' });
  }
  const withinMs = readDuration(check['within']) ?? 0;
  const everyMs = readDuration(check['every']) ?? 1000;
  if (everyMs === 0) context.report.at([...path, 'every'], 'runbook/bad-duration', 'at least 1ms between two looks');
  return { probes, that, withinMs, everyMs, fresh: check['fresh'] === true };
}
