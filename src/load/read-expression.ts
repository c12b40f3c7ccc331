import { checkCel, type Expected } from '../expr/check.ts';
import { parseText } from '../expr/text.ts';
import { isObject } from '../model/json.ts';
import type { Cel, Cond, CondPart, Text } from '../model/runbook.ts';
import type { Schema } from '../model/schema.ts';
import { ansibleExpression, ansibleText } from './ansible-words.ts';
import type { Context } from './context.ts';
import type { Path } from './parse-yaml.ts';
import type { Scope } from './scope.ts';

/** CEL source, and where it begins inside the string that holds it. */
export interface FoundCel {
  readonly cel: Cel;
  readonly offset: number;
}

/** The CEL of a value that is one: bare, or wholly `${{ e }}`. */
export function findCel(raw: string): FoundCel {
  const parts = parseText(raw).parts.filter((part) => part.kind === 'cel' || part.text.trim() !== '');
  const [only] = parts;
  if (parts.length === 1 && only?.kind === 'cel') return { cel: only.source, offset: only.start };
  return { cel: raw, offset: 0 };
}

/** Checks one expression; gives its type, `any` when it has errors. */
export function checkExpression(
  context: Context,
  scope: Scope,
  path: Path,
  found: FoundCel,
  expected: Expected,
): Schema {
  const habit = ansibleExpression(found.cel);
  if (habit !== undefined) {
    context.report.inside(path, found.offset, found.offset + found.cel.length, habit.code, habit.message, {
      help: habit.help,
    });
    return { type: 'any' };
  }
  const { problems, type } = checkCel(found.cel, scope.types, expected);
  for (const { code, message, start, end, help } of problems) {
    const told = help ?? (code === 'cel/type' ? textHelp(scope, found.cel, expected) : undefined);
    context.report.inside(path, found.offset + start, found.offset + end, code, message, { help: told });
  }
  return problems.length > 0 ? { type: 'any' } : type;
}

/** For a number or boolean where text is wanted. */
function textHelp(scope: Scope, cel: Cel, { type: wanted }: Expected): string | undefined {
  if (typeof wanted !== 'object' || wanted.type !== 'string') return undefined;
  const { type } = checkCel(cel, scope.types, { type: 'any' }).type;
  return ['integer', 'number', 'boolean'].includes(type) ? `make it text: \${{ string(${cel}) }}` : undefined;
}

/** A bare expression. */
export function readCel(
  context: Context,
  scope: Scope,
  raw: string,
  path: Path,
  expected: Expected,
): { cel: Cel; type: Schema } {
  const found = findCel(raw);
  return { cel: found.cel, type: checkExpression(context, scope, path, found, expected) };
}

/** Text in which interpolations may stand. */
export function readText(context: Context, scope: Scope, raw: unknown, path: Path, secrets = false): Text {
  if (typeof raw !== 'string') return '';
  const { parts, problems } = parseText(raw);
  for (const { code, message, start, end, help } of problems)
    context.report.inside(path, start, end, code, message, { help });
  const habit = ansibleText(raw);
  if (habit !== undefined)
    context.report.inside(path, habit.start, habit.end, habit.code, habit.message, { help: habit.help });
  for (const part of parts) {
    if (part.kind === 'text' || context.report.isFull()) continue;
    checkExpression(context, scope, path, { cel: part.source, offset: part.start }, { type: 'any', secrets });
  }
  return raw;
}

/** One part of a condition as written. */
interface RawPart extends FoundCel {
  readonly path: Path;
  readonly message?: unknown;
}

/** Parts of a condition, all of which must hold. */
export function findConditionParts(raw: unknown, path: Path): readonly RawPart[] {
  if (typeof raw === 'boolean') return [{ cel: String(raw), offset: 0, path }];
  if (typeof raw === 'string') return [{ ...findCel(raw), path }];
  if (Array.isArray(raw)) {
    return raw.flatMap((entry: unknown, index) =>
      findConditionParts(Array.isArray(entry) ? undefined : entry, [...path, index]),
    );
  }
  if (!isObject(raw) || Array.isArray(raw['check'])) return [];
  const parts = isObject(raw['check']) ? [] : findConditionParts(raw['check'], [...path, 'check']);
  return parts.map((part) => ({ ...part, message: raw['message'] }));
}

/** A condition; each part must be a boolean. Absent: no parts, which holds. */
export function readCondition(context: Context, scope: Scope, raw: unknown, path: Path): Cond {
  return findConditionParts(raw, path).map((part): CondPart => {
    checkExpression(context, scope, part.path, part, { type: 'bool' });
    if (part.message === undefined) return { check: part.cel };
    return { check: part.cel, message: readText(context, scope, part.message, [...part.path.slice(0, -1), 'message']) };
  });
}
