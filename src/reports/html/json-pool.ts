import type { Json } from '../../model/json.ts';
import type { Pooled } from './page-data.ts';

/** Shorter parts cost less than a reference. */
const shortest = 24;

interface Node {
  readonly value: Json;
  /** Places of the parts of a list or of an object, in order. */
  readonly parts: readonly number[];
  uses: number;
}

/**
 * Writes values that share most of their parts in little space: each part that comes more than once is kept once. A thousand
 * hosts with three diagnoses have three of nearly everything.
 */
export interface JsonPool {
  /** Takes a value in; gives how to ask for it. */
  add(value: Json): number;
  /** A value as it is to be written, once all were taken in. */
  written(place: number): Pooled;
  /** What the references stand for, once all were written. */
  pooled(): readonly Pooled[];
}

export function createJsonPool(): JsonPool {
  const nodes: Node[] = [];
  const places = new Map<string, number>();
  const pool: Pooled[] = [];
  const pooledAt = new Map<number, number>();

  function intern(key: string, value: Json, parts: readonly number[]): number {
    const known = places.get(key);
    const place = known ?? nodes.push({ value, parts, uses: 0 }) - 1;
    if (known === undefined) places.set(key, place);
    const node = nodes[place];
    if (node !== undefined) node.uses += 1;
    return place;
  }

  function add(value: Json): number {
    if (value === null || typeof value !== 'object') return intern(JSON.stringify(value), value, []);
    if (Array.isArray(value)) {
      const parts = (value as readonly Json[]).map(add);
      return intern(`[${parts.join()}]`, value, parts);
    }
    const parts = Object.values(value).map(add);
    return intern(`{${JSON.stringify(Object.keys(value))}${parts.join()}}`, value, parts);
  }

  function plain({ value, parts }: Node): Pooled {
    if (value === null || typeof value !== 'object') return value;
    if (Array.isArray(value)) return parts.map(written);
    return Object.fromEntries(Object.keys(value).map((name, at) => [name, written(parts[at] ?? -1)]));
  }

  function written(place: number): Pooled {
    const known = pooledAt.get(place);
    if (known !== undefined) return { $: known };
    const node = nodes[place];
    if (node === undefined) throw new Error(`nothing was taken in at ${place}`);
    const text = plain(node);
    if (node.uses < 2 || JSON.stringify(text).length < shortest) return text;
    const at = pool.push(text) - 1;
    pooledAt.set(place, at);
    return { $: at };
  }

  return { add, written, pooled: () => pool };
}
