import { assertNever } from '../model/assert-never.ts';
import { Secret } from '../model/secret.ts';
import {
  type CelValue,
  Duration,
  isList,
  isMembers,
  type List,
  type Members,
  type Result,
  Timestamp,
} from './cel-value.ts';
import type { Type } from './type.ts';

/** What an argument of a function may be. */
export type Kind = 'string' | 'int' | 'number' | 'bool' | 'list' | 'map' | 'timestamp' | 'duration' | 'any';

interface ValueOf {
  readonly string: string;
  readonly int: bigint;
  readonly number: bigint | number;
  readonly bool: boolean;
  readonly list: List;
  readonly map: Members;
  readonly timestamp: Timestamp;
  readonly duration: Duration;
  readonly any: CelValue;
}
type Values<K extends readonly Kind[]> = { readonly [I in keyof K]: ValueOf[K[I]] };

/** One way to call a function: by these kinds of arguments, the receiver first. */
export interface Overload {
  readonly kinds: readonly Kind[];
  /** The result's type, given the arguments'. */
  readonly result: (types: readonly Type[]) => Type;
  readonly run: (args: readonly CelValue[]) => Result;
}

/** How a function is written: `f(x, y)`, `x.f(y)`, or both. */
export interface CelFunction {
  readonly style: 'call' | 'method' | 'both';
  readonly overloads: readonly Overload[];
}

export function overload<const K extends readonly Kind[]>(
  kinds: K,
  result: Type | ((types: readonly Type[]) => Type),
  run: (...args: Values<K>) => Result,
): Overload {
  return {
    kinds,
    result: typeof result === 'function' ? result : () => result,
    // Only called after `accepts` has found every argument to be of its kind.
    run: (args) => run(...(args as unknown as Values<K>)),
  };
}

/** Whether a value is of the kind. A secret is of none. */
export function accepts(kind: Kind, value: CelValue): boolean {
  switch (kind) {
    case 'string':
      return typeof value === 'string';
    case 'int':
      return typeof value === 'bigint';
    case 'number':
      return typeof value === 'bigint' || typeof value === 'number';
    case 'bool':
      return typeof value === 'boolean';
    case 'list':
      return isList(value);
    case 'map':
      return isMembers(value);
    case 'timestamp':
      return value instanceof Timestamp;
    case 'duration':
      return value instanceof Duration;
    case 'any':
      return !(value instanceof Secret);
    default:
      return assertNever(kind);
  }
}
