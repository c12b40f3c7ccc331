import { parseDuration } from '../model/duration.ts';
import type { ActionCall, Become, Cel, ProbeCall, Text, Tree } from '../model/runbook.ts';
import type { Schema } from '../model/schema.ts';
import { commandCalls, scriptCall, scriptResult } from './commands.ts';
import type { Context } from './context.ts';
import type { Path } from './parse-yaml.ts';
import { listOf, mappingOf, textOf } from './raw.ts';
import { readCallParams } from './read-call-params.ts';
import { readDelegate } from './read-delegate.ts';
import { readCel, readCondition } from './read-expression.ts';
import { readTree } from './read-tree.ts';
import { behind, declare, type Scope } from './scope.ts';
import { type SplitCall, splitCall } from './split-call.ts';

const anything: Schema = { type: 'any' };

/** A probe call and the type of its snapshot. `undefined` when it calls nothing. */
export function readProbeCall(
  context: Context,
  scope: Scope,
  name: string,
  raw: unknown,
  path: Path,
): { readonly call: ProbeCall; readonly type: Schema } | undefined {
  const split = splitCall(context, raw, path, 'probe');
  if (split === undefined) return undefined;
  const { each, modifiers } = readModifiers(context, scope, split, path);
  const params = readCallParams(context, each.scope, split);
  refuseOnBuiltIn(context, split, path, 'reads');
  const { reads } = split.modifiers;
  const probe = context.registry.probes.get(split.name);
  const result =
    split.name === scriptCall
      ? scriptResult(context, mappingOf(split.params), split.path)
      : (probe?.result ?? anything);
  const call: ProbeCall = {
    name,
    call: split.name,
    params,
    ...modifiers,
    ...(reads === undefined ? {} : { reads: listOf(reads).map(String) }),
    ...(split.name === scriptCall && mappingOf(split.params)['result'] !== undefined ? { result } : {}),
  };
  return { call, type: each.item === undefined ? result : listOfAsked(result, modifiers.as, each.item) };
}

/** An action call. `undefined` when it calls nothing. */
function readActionCall(context: Context, scope: Scope, raw: unknown, path: Path): ActionCall | undefined {
  const split = splitCall(context, raw, path, 'action');
  if (split === undefined) return undefined;
  const { each, modifiers } = readModifiers(context, scope, split, path);
  refuseOnBuiltIn(context, split, path, 'touches');
  const { when: asked, touches } = split.modifiers;
  const when = asked === undefined ? undefined : readCondition(context, each.scope, asked, [...path, 'when']);
  return {
    call: split.name,
    params: readCallParams(context, behind(each.scope, when ?? []), split),
    ...modifiers,
    ...(when === undefined ? {} : { when }),
    ...(touches === undefined ? {} : { touches: listOf(touches).map(String) }),
  };
}

/** The calls of a `fix` or a `rollback`. */
export function readActionCalls(context: Context, scope: Scope, raw: unknown, path: Path): readonly ActionCall[] {
  return listOf(raw).flatMap((entry, index) => readActionCall(context, scope, entry, [...path, index]) ?? []);
}

/** Built-ins know themselves what they read and touch. */
function refuseOnBuiltIn({ report }: Context, { name, modifiers }: SplitCall, path: Path, key: string): void {
  if (modifiers[key] === undefined || commandCalls.has(name)) return;
  const message = `\`${key}\` is for commands: \`${name}\` declares its own`;
  report.at([...path, key], 'runbook/declared-by-itself', message, { part: 'key', help: 'remove it' });
}

interface Each {
  readonly forEach?: Cel | readonly Tree[];
  readonly as: string;
  /** With the item's name, when there is one. */
  readonly scope: Scope;
  /** Type of an item; absent: no `for_each`. */
  readonly item?: Schema;
}

/** `for_each` and `as` of a step or a call. */
export function readEach(context: Context, scope: Scope, raw: Readonly<Record<string, unknown>>, path: Path): Each {
  const as = textOf(raw['as']) ?? 'item';
  const { for_each: list } = raw;
  if (list === undefined) {
    if (raw['as'] !== undefined) {
      context.report.at(
        [...path, 'as'],
        'runbook/as-without-for-each',
        '`as` names the item of a `for_each`, and there is none',
        { part: 'key' },
      );
    }
    return { as, scope };
  }
  const { forEach, item } = readItems(context, scope, list, [...path, 'for_each']);
  const named = raw['as'] === undefined;
  return {
    forEach,
    as,
    item,
    scope: declare(context, scope, as, item, [...path, named ? 'for_each' : 'as'], named ? 'key' : 'value'),
  };
}

function readItems(
  context: Context,
  scope: Scope,
  list: unknown,
  path: Path,
): { forEach: Cel | readonly Tree[]; item: Schema } {
  if (typeof list === 'string') {
    const { cel, type } = readCel(context, scope, list, path, { type: 'list' });
    return { forEach: cel, item: type.type === 'array' ? type.items : anything };
  }
  const items = listOf(list).map((element, index) => readTree(context, scope, element, [...path, index], anything));
  return { forEach: items, item: typeOfLiterals(items) };
}

/** The type that all literals share; interpolated or mixed ones are dynamic. */
function typeOfLiterals(items: readonly Tree[]): Schema {
  const [first] = items;
  if (items.some((item) => typeof item !== typeof first)) return anything;
  if (typeof first === 'string' && !items.some((item) => String(item).includes('${{'))) return { type: 'string' };
  if (typeof first === 'number') return { type: items.every((item) => Number.isInteger(item)) ? 'integer' : 'number' };
  return typeof first === 'boolean' ? { type: 'boolean' } : anything;
}

interface Modifiers {
  readonly forEach?: Cel | readonly Tree[];
  readonly as: string;
  readonly become?: Become;
  readonly timeoutMs?: number;
  readonly delegateTo?: Text;
}

function readModifiers(
  context: Context,
  scope: Scope,
  { modifiers: raw }: SplitCall,
  path: Path,
): { each: Each; modifiers: Modifiers } {
  const each = readEach(context, scope, raw, path);
  const become = readBecome(raw['become']);
  const timeoutMs = readDuration(raw['timeout']);
  const delegateTo = readDelegate(context, scope, raw['delegate_to'], [...path, 'delegate_to']);
  return {
    each,
    modifiers: {
      as: each.as,
      ...(each.forEach === undefined ? {} : { forEach: each.forEach }),
      ...(become === undefined ? {} : { become }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(delegateTo === undefined ? {} : { delegateTo }),
    },
  };
}

/** `become: true` is root. */
export function readBecome(raw: unknown): Become | undefined {
  if (raw === true) return 'root';
  return raw === false ? false : textOf(raw);
}

/** In ms; `undefined` for what is no duration (its shape is reported elsewhere). */
export function readDuration(raw: unknown): number | undefined {
  return typeof raw === 'string' ? parseDuration(raw) : undefined;
}

/** Elements of a `for_each` probe also carry what they were asked for. */
function listOfAsked(result: Schema, as: string, item: Schema): Schema {
  if (result.type !== 'object') return { type: 'array', items: result };
  const properties = { ...result.properties, [as]: item };
  return { type: 'array', items: { ...result, properties, required: [...(result.required ?? []), as] } };
}
