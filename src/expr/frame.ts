import type { Value } from '../model/value.ts';
import {
  type CelValue,
  Failure,
  isBad,
  isList,
  isMembers,
  nameOf,
  type Pending,
  type Result,
  type Stored,
} from './cel-value.ts';
import type { Node } from './syntax.ts';

/** Where a node is evaluated. */
export interface Frame {
  readonly names: ReadonlyMap<string, Value>;
  /** Variables of the macros around, innermost first. */
  readonly local: Local | undefined;
  readonly budget: Budget;
  readonly evaluate: (node: Node, frame: Frame) => Result;
}
export interface Local {
  readonly name: string;
  readonly value: Stored;
  readonly outer: Local | undefined;
}

/** Work left, so that no list from a host can keep an expression busy for long. */
export class Budget {
  #left: number;

  constructor(steps: number) {
    this.#left = steps;
  }

  /** False when it is used up. */
  spend(steps: number): boolean {
    this.#left -= steps;
    return this.#left >= 0;
  }
}

/** A condition's result as truth. */
export function truth(result: Result, what: string): boolean | Pending | Failure {
  if (isBad(result) || typeof result === 'boolean') return result;
  return new Failure(`${what} must be true or false, not ${nameOf(result)}`);
}

/** How much an operator may have to copy or compare. */
export function weightOf(value: CelValue): number {
  if (typeof value === 'string') return value.length;
  return isList(value) ? value.length * 16 : isMembers(value) ? 256 : 0;
}
