import { checkCel } from '../expr/check.ts';
import { parseText } from '../expr/text.ts';
import { formatDuration } from '../model/duration.ts';
import { isObject } from '../model/json.ts';
import type { ActionCall, Check, Risky, StepRollback } from '../model/runbook.ts';
import { commandCalls } from './commands.ts';
import type { Context } from './context.ts';
import type { Path } from './parse-yaml.ts';
import { mappingOf } from './raw.ts';
import { readDuration } from './read-call.ts';
import type { Scope } from './scope.ts';

/** In less nobody could look whether it helped; what nobody has confirmed in so long was forgotten. */
const bounds = { leastMs: 1000, mostMs: 86_400_000 } as const;

/** `risky`. `undefined`: absent, or without a time. */
export function readRisky({ report }: Context, raw: unknown, path: Path): Risky | undefined {
  const revertAfterMs = readDuration(mappingOf(raw)['revert_after']);
  if (revertAfterMs === undefined) return undefined;
  if (revertAfterMs < bounds.leastMs || revertAfterMs > bounds.mostMs) {
    const message = `\`revert_after\` is at least ${formatDuration(bounds.leastMs)} and at most ${formatDuration(bounds.mostMs)}`;
    report.at([...path, 'revert_after'], 'runbook/bad-duration', message);
  }
  return { revertAfterMs };
}

/** A fix that its host shall be able to take back by itself. */
export interface RiskyFix {
  readonly risky: Risky | undefined;
  readonly calls: readonly ActionCall[];
  readonly verify: Check | undefined;
  readonly rollback: StepRollback;
}

/**
 * What keeps a host from taking a fix back by itself: it must know beforehand all that it is to do, nothing secret among it;
 * and somebody must be able to tell it that all is well. `path`: of the fix; `at`: of its `risky`.
 */
export function checkRisky(context: Context, scope: Scope, fix: RiskyFix, path: Path, at: Path): void {
  const { risky, calls, verify, rollback } = fix;
  if (risky === undefined) return;
  const refuse = (where: Path, code: string, message: string, help: string): void =>
    context.report.at(where, `runbook/${code}`, message, { part: 'key', help });
  if (verify === undefined) {
    const help = 'add `verify:`: only when it holds over a new connection the fix stays';
    refuse(at, 'risky-without-verify', '`risky` needs a verify: nothing else tells the host that all is well', help);
  } else if (verify.withinMs >= risky.revertAfterMs) {
    const times = `${formatDuration(verify.withinMs)}, and the host takes it back after ${formatDuration(risky.revertAfterMs)}`;
    refuse(
      at,
      'risky-too-soon',
      `verify may look for ${times}`,
      'make `revert_after` longer than `within` and the fix together',
    );
  }
  if (rollback.kind === 'irreversible') {
    refuse(
      at,
      'risky-irreversible',
      '`risky` takes the fix back, and `rollback` says that nothing can',
      'remove one of them',
    );
  }
  const back = rollback.kind === 'calls' ? rollback.calls : [];
  const other = back.find(({ call }) => !commandCalls.has(call));
  if (other !== undefined) {
    const message = `\`${other.call}\` looks before it acts, and a host that takes a risky fix back can't`;
    refuse(at, 'risky-rollback', message, 'let the rollback of a risky fix be commands');
  }
  const users = new Set([...calls, ...back].map(({ become }) => become));
  if (users.size > 1) {
    const help = 'give the step one `become`, or make it several steps';
    refuse(at, 'risky-become', 'the calls of a risky fix, and those that take it back, run as one user', help);
  }
  for (const [index, call] of calls.entries()) {
    if (!holdsSecret(call.params, scope)) continue;
    const message = 'a secret is part of this call, and what a host does by itself lies on its disk until then';
    refuse([...path, index, call.call], 'risky-secret', message, 'make it a step of its own, without `risky`');
  }
  if (back.some(({ params }) => holdsSecret(params, scope))) {
    const message = 'a secret is part of the rollback, and what a host does by itself lies on its disk until then';
    refuse(at, 'risky-secret', message, 'let the rollback read it on the host');
  }
}

function holdsSecret(params: unknown, scope: Scope): boolean {
  if (typeof params === 'string') {
    return parseText(params).parts.some(
      (part) =>
        part.kind === 'cel' &&
        checkCel(part.source, scope.types, { type: 'any' }).problems.some(({ code }) => code === 'cel/secret'),
    );
  }
  if (Array.isArray(params)) return params.some((element) => holdsSecret(element, scope));
  return isObject(params) && Object.values(params).some((member) => holdsSecret(member, scope));
}
