import { parseText, soleCel } from '../expr/text.ts';
import { isObject } from '../model/json.ts';

export type Path = readonly (string | number)[];

/** One CEL expression of a document, and where it stands. */
export interface CelPart {
  readonly cel: string;
  /** Of the string that holds it. */
  readonly path: Path;
  /** Where it begins inside that string. */
  readonly offset: number;
}

/** Parts of a condition. */
export function conditionParts(raw: unknown, path: Path): readonly CelPart[] {
  if (typeof raw === 'boolean') return [{ cel: String(raw), path, offset: 0 }];
  if (typeof raw === 'string') {
    const cel = soleCel(raw) ?? raw;
    return [{ cel, path, offset: Math.max(0, raw.indexOf(cel)) }];
  }
  if (Array.isArray(raw)) return raw.flatMap((entry: unknown, index) => conditionParts(entry, [...path, index]));
  return isObject(raw) ? conditionParts(raw['check'], [...path, 'check']) : [];
}

/** Interpolations in all strings below a value. */
export function interpolations(raw: unknown, path: Path): readonly CelPart[] {
  if (typeof raw === 'string') {
    return parseText(raw).parts.flatMap((part) =>
      part.kind === 'cel' ? [{ cel: part.source, path, offset: part.start }] : [],
    );
  }
  if (Array.isArray(raw)) return raw.flatMap((entry: unknown, index) => interpolations(entry, [...path, index]));
  if (!isObject(raw)) return [];
  return Object.entries(raw).flatMap(([key, member]) => interpolations(member, [...path, key]));
}

const bareKeys: ReadonlySet<string> = new Set(['when', 'gate', 'present', 'that', 'check', 'for_each']);

/** Every expression of a document: interpolations, conditions, lists to go over, outputs. */
export function allCel(raw: unknown, path: Path = []): readonly CelPart[] {
  if (typeof raw === 'string') {
    if (raw.includes('${{')) return interpolations(raw, path);
    const key = path.findLast((segment) => typeof segment === 'string');
    const isBare = bareKeys.has(String(key)) || (path[0] === 'outputs' && path.length === 2);
    return isBare ? [{ cel: raw, path, offset: 0 }] : [];
  }
  if (Array.isArray(raw)) return raw.flatMap((entry: unknown, index) => allCel(entry, [...path, index]));
  if (!isObject(raw)) return [];
  return Object.entries(raw).flatMap(([key, member]) => allCel(member, [...path, key]));
}
