import { parseBytes } from '../model/bytes.ts';
import { parseDuration } from '../model/duration.ts';
import { isObject, type Json } from '../model/json.ts';
import type { ParamDeclaration, ParamType } from '../model/runbook.ts';
import { Secret } from '../model/secret.ts';
import type { Value } from '../model/value.ts';

/** A param's value, or what is wrong with what was given, in words ("expected a whole number, got \"x\""). */
export type Converted = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly problem: string };

/** A value from the command line: always text, read by the declared type. A list is `a,b` or JSON, a map is JSON. */
export function convertText(param: ParamDeclaration, text: string): Converted {
  if (param.type !== 'list' && param.type !== 'map') return convertScalarText(param, param.type, text);
  const json = parseJson(text);
  if (json !== undefined && (Array.isArray(json) || isObject(json))) return convertValue(param, json as Value);
  if (param.type === 'map') return no('a JSON object', text);
  const { of } = param;
  const parts = text === '' ? [] : text.split(',');
  const values: Value[] = [];
  for (const part of parts) {
    const element = of === undefined ? { ok: true as const, value: part } : convertScalarText(param, of, part);
    if (!element.ok) return element;
    values.push(element.value);
  }
  return { ok: true, value: values };
}

/** A value from the inventory or a default: already typed by YAML. */
export function convertValue(param: ParamDeclaration, value: Value): Converted {
  if (param.type === 'list' && Array.isArray(value)) return each(param, value);
  if (param.type === 'map' && isPlainMap(value)) return members(param, value);
  if (param.type === 'list' || param.type === 'map') return no(`a ${param.type}`, value);
  return convertScalar(param, param.type, value);
}

function each(param: ParamDeclaration, values: readonly Value[]): Converted {
  if (param.of === undefined) return { ok: true, value: values };
  const result: Value[] = [];
  for (const value of values) {
    const element = convertScalar(param, param.of, value);
    if (!element.ok) return element;
    result.push(element.value);
  }
  return { ok: true, value: result };
}

function members(param: ParamDeclaration, map: { readonly [key: string]: Value }): Converted {
  if (param.of === undefined) return { ok: true, value: map };
  const result: Record<string, Value> = {};
  for (const [name, value] of Object.entries(map)) {
    const member = convertScalar(param, param.of, value);
    if (!member.ok) return member;
    result[name] = member.value;
  }
  return { ok: true, value: result };
}

function convertScalarText(param: ParamDeclaration, type: ParamType, text: string): Converted {
  switch (type) {
    case 'int':
      return /^-?\d{1,15}$/.test(text) ? { ok: true, value: Number(text) } : no('a whole number', text);
    case 'number':
      return /^-?\d{1,15}(?:\.\d+)?$/.test(text) ? { ok: true, value: Number(text) } : no('a number', text);
    case 'bool':
      return text === 'true' || text === 'false' ? { ok: true, value: text === 'true' } : no('true or false', text);
    default:
      return convertScalar(param, type, text);
  }
}

function convertScalar(param: ParamDeclaration, type: ParamType, value: Value): Converted {
  switch (type) {
    case 'string':
      return typeof value === 'string' ? { ok: true, value } : no('a string', value);
    case 'int':
      return Number.isSafeInteger(value) ? { ok: true, value } : no('a whole number', value);
    case 'number':
      return typeof value === 'number' ? { ok: true, value } : no('a number', value);
    case 'bool':
      return typeof value === 'boolean' ? { ok: true, value } : no('true or false', value);
    case 'dur':
      return typeof value === 'string' && parseDuration(value) !== undefined
        ? { ok: true, value }
        : no('a duration like 30s', value);
    case 'bytes':
      return convertBytes(value);
    case 'secret':
      if (value instanceof Secret) return { ok: true, value };
      return typeof value === 'string'
        ? { ok: true, value: new Secret(value) }
        : { ok: false, problem: 'expected a text' };
    case 'enum': {
      const choices = param.choices ?? [];
      return typeof value === 'string' && choices.includes(value)
        ? { ok: true, value }
        : no(`one of ${choices.join(', ')}`, value);
    }
    case 'list':
      return Array.isArray(value) ? { ok: true, value } : no('a list', value);
    case 'map':
      return isPlainMap(value) ? { ok: true, value } : no('a map', value);
  }
}

function convertBytes(value: Value): Converted {
  const bytes = typeof value === 'number' ? value : typeof value === 'string' ? parseBytes(value) : undefined;
  return bytes === undefined ? no('a size like 500M', value) : { ok: true, value: bytes };
}

function isPlainMap(value: Value): value is { readonly [key: string]: Value } {
  return isObject(value) && !(value instanceof Secret) && !('waitsOn' in value);
}

function no(expected: string, got: Value): Converted {
  if (got instanceof Secret)
    return { ok: false, problem: `expected ${expected}, got a secret: only type secret takes one` };
  return { ok: false, problem: `expected ${expected}, got ${JSON.stringify(got).slice(0, 80)}` };
}

function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
