import { namesUsed } from '../expr/check.ts';
import { evaluate } from '../expr/evaluate.ts';
import type { Context } from './context.ts';
import type { Path } from './parse-yaml.ts';
import { findConditionParts } from './read-expression.ts';

/** A gate that is false whatever the host says. */
export function refuseShutGate({ report }: Context, raw: unknown, path: Path): void {
  for (const part of findConditionParts(raw, path)) {
    if (namesUsed(part.cel).length > 0) continue;
    const result = evaluate(part.cel, new Map());
    if (result.kind !== 'known' || result.value !== false) continue;
    const help = 'a gate looks at probes or params; to leave a step out, remove it or set `when: false`';
    report.at(part.path, 'runbook/gate-never-opens', 'this gate can never open', { help });
  }
}

/** `x.all(…)` over an empty list is true: nothing seen is not "all fine". */
export function warnOfBareAll({ report }: Context, raw: unknown, path: Path): void {
  const parts = findConditionParts(raw, path);
  // All parts must hold, so a guard may stand in any of them.
  if (parts.some(({ cel }) => /\bsize\s*\(|\.exists(?:_one)?\s*\(/.test(cel))) return;
  for (const { cel, offset, path: at } of parts) {
    const match = /\.all\s*\(/.exec(cel);
    if (match === null) continue;
    const start = offset + match.index + 1;
    const help = 'say what an empty list means: size(x) > 0 && x.all(…)';
    report.inside(at, start, start + 3, 'lint/bare-all', '`all` is true for an empty list', {
      help,
      severity: 'warning',
    });
  }
}

/** An empty list of conditions holds always: nothing would ever be absent. */
export function refuseEmpty({ report }: Context, raw: unknown, path: Path): void {
  const isEmpty = Array.isArray(raw) && raw.length === 0;
  if (isEmpty) report.at(path, 'runbook/empty', 'a condition that asks nothing always holds', { part: 'key' });
}
