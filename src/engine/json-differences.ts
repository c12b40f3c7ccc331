import { canonicalJson, isObject, type Json } from '../model/json.ts';

/** Members by which the elements of a list are told apart, where each element has its own. */
const names = ['name', 'id', 'path', 'peer', 'upstream', 'unit', 'port'] as const;

const longest = 80;

/** Where two JSON values differ, one text for each place: `worker.domain: "httpd_t" → "init_t"`. Empty: they are equal. Pure. */
export function jsonDifferences(path: string, before: Json | undefined, now: Json | undefined): readonly string[] {
  if (canonicalJson(before ?? null) === canonicalJson(now ?? null)) return [];
  if (isPlain(before) && isPlain(now)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(now)])].sort();
    return keys.flatMap((key) => jsonDifferences(join(path, key), own(before, key), own(now, key)));
  }
  if (isList(before) && isList(now)) return listDifferences(path, before, now);
  return [`${path === '' ? '' : `${path}: `}${shown(before)} → ${shown(now)}`];
}

function listDifferences(path: string, before: readonly Json[], now: readonly Json[]): readonly string[] {
  const name = names.find((candidate) => namesAll(before, candidate) && namesAll(now, candidate));
  if (name !== undefined) return namedDifferences(path, keyed(before, name), keyed(now, name));
  if (before.length === now.length && before.every(isPlain) && now.every(isPlain)) {
    return before.flatMap((element, index) => jsonDifferences(`${path}[${index}]`, element, now[index]));
  }
  const gone = without(before, now).map((element) => `${path}: ${shown(element)} is gone`);
  const come = without(now, before).map((element) => `${path}: ${shown(element)} is new`);
  return gone.length + come.length > 0 ? [...gone, ...come] : [`${path}: in another order`];
}

function namedDifferences(
  path: string,
  before: ReadonlyMap<string, Json>,
  now: ReadonlyMap<string, Json>,
): readonly string[] {
  const all = [...new Set([...before.keys(), ...now.keys()])];
  const texts = all.flatMap((name) => {
    const place = `${path}[${clip(name)}]`;
    if (!now.has(name)) return [`${place} is gone`];
    return before.has(name) ? jsonDifferences(place, before.get(name), now.get(name)) : [`${place} is new`];
  });
  return texts.length > 0 ? texts : [`${path}: in another order`];
}

function namesAll(list: readonly Json[], name: string): boolean {
  const found = list.map((element) => (isPlain(element) ? own(element, name) : undefined));
  return (
    found.every((value) => typeof value === 'string' || typeof value === 'number') &&
    new Set(found).size === found.length
  );
}

function keyed(list: readonly Json[], name: string): ReadonlyMap<string, Json> {
  return new Map(list.map((element) => [isPlain(element) ? String(own(element, name)) : '', element]));
}

/** Elements of a list that another has not, or has fewer times. */
function without(list: readonly Json[], other: readonly Json[]): readonly Json[] {
  const left = new Map<string, number>();
  for (const element of other) left.set(canonicalJson(element), (left.get(canonicalJson(element)) ?? 0) + 1);
  return list.filter((element) => {
    const text = canonicalJson(element);
    const count = left.get(text) ?? 0;
    left.set(text, count - 1);
    return count <= 0;
  });
}

function isPlain(value: Json | undefined): value is { readonly [key: string]: Json } {
  return isObject(value);
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

function own(value: { readonly [key: string]: Json }, key: string): Json | undefined {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

function join(path: string, key: string): string {
  return path === '' ? clip(key) : `${path}.${clip(key)}`;
}

function shown(value: Json | undefined): string {
  if (value === undefined) return 'nothing';
  return clip(canonicalJson(value));
}

function clip(text: string): string {
  return text.length <= longest ? text : `${text.slice(0, longest)}…`;
}
