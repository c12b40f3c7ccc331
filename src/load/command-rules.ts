import { namesUsed } from '../expr/check.ts';
import type { ActionCall, Check, Cond, StepRollback } from '../model/runbook.ts';
import { commandCalls } from './commands.ts';
import type { Context } from './context.ts';
import type { Path } from './parse-yaml.ts';

interface Unit {
  readonly calls: readonly ActionCall[];
  readonly gate: Cond;
  readonly verify: Check | undefined;
  readonly rollback: StepRollback;
}

/** Nothing can be inspected of a command: its author must say when it is needed, whether it helped, and how to undo it. */
export function checkCommandRules({ report }: Context, { calls, gate, verify, rollback }: Unit, path: Path): void {
  const index = calls.findIndex(({ call }) => commandCalls.has(call));
  const command = calls[index]?.call;
  if (command === undefined) return;
  const at = [...path, index, command];
  if (!asks(gate) && !asks(verify?.that ?? [])) {
    const help = 'add `gate:` (when is it needed?) or `verify:` (did it help?) to the step';
    report.at(at, 'runbook/command-without-proof', `a fix with \`${command}\` needs a gate or a verify`, {
      part: 'key',
      help,
    });
  } else if (rollback.kind === 'own' || (rollback.kind === 'calls' && rollback.calls.length === 0)) {
    const help = 'add `rollback: [ … ]`, or `rollback: { irreversible: why }`';
    report.at(at, 'runbook/command-without-rollback', `\`${command}\` cannot undo itself: the step needs a rollback`, {
      part: 'key',
      help,
    });
  } else if (rollback.kind === 'irreversible' && rollback.why.trim() === '') {
    const help = 'say why it cannot be taken back: the operator reads it in the plan';
    report.at(at, 'runbook/command-without-rollback', '`irreversible` does not say why', { part: 'key', help });
  }
}

/** Whether any part of a condition looks at anything: `true` alone proves nothing. */
function asks(condition: Cond): boolean {
  return condition.some(({ check }) => namesUsed(check).length > 0);
}
