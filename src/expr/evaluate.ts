import { Secret } from '../model/secret.ts';
import { Unknown } from '../model/unknown.ts';
import type { Value } from '../model/value.ts';
import { Double, Duration, Failure, isList, Pending, type Result, type Stored, Timestamp } from './cel-value.ts';
import { presentNames } from './compare.ts';
import { unknownsIn } from './eval-call.ts';
import { evalNode } from './eval-node.ts';
import { Budget } from './frame.ts';
import { scalarText } from './functions-convert.ts';
import { parseCel } from './syntax.ts';

/** The names in scope and what they hold. Unknown and Secret may be leaves at any depth. */
export type Scope = ReadonlyMap<string, Value>;

export type Evaluation =
  | { readonly kind: 'known'; readonly value: Value }
  | { readonly kind: 'unknown'; readonly unknowns: readonly Unknown[] }
  | { readonly kind: 'error'; readonly message: string };

/** About 0.2 s of CPU. */
const maxSteps = 1_000_000;

/**
 * Evaluates CEL in three-valued logic. Whole JavaScript numbers come in as integers, others as doubles; both leave as
 * numbers, times leave as text. A value with an unknown anywhere inside is unknown. An error beside an unknown is
 * unknown. Never throws.
 */
export function evaluate(source: string, scope: Scope): Evaluation {
  const parsed = parseCel(source);
  if (!parsed.ok) return { kind: 'error', message: parsed.problem.message };
  const frame = { names: scope, local: undefined, budget: new Budget(maxSteps), evaluate: evalNode };
  try {
    return leave(evalNode(parsed.node, frame));
  } catch (error) {
    // A host may answer JSON nested ten thousand deep.
    if (error instanceof RangeError) return { kind: 'error', message: 'a value is nested too deep' };
    throw error;
  }
}

function leave(result: Result): Evaluation {
  if (result instanceof Pending) return { kind: 'unknown', unknowns: result.unknowns };
  if (result instanceof Failure) return { kind: 'error', message: result.message };
  const unknowns = unknownsIn(result);
  if (unknowns.length > 0) return { kind: 'unknown', unknowns: [...new Set(unknowns)] };
  const value = toValue(result);
  return value instanceof Failure ? { kind: 'error', message: value.message } : { kind: 'known', value };
}

function toValue(stored: Stored): Value | Failure {
  if (stored instanceof Double) return stored.double;
  if (stored instanceof Timestamp || stored instanceof Duration) return scalarText(stored) ?? '';
  if (typeof stored === 'bigint') {
    const plain = Number(stored);
    return Number.isSafeInteger(plain)
      ? plain
      : new Failure(`the integer ${stored} is too large to leave an expression`);
  }
  if (typeof stored === 'number') {
    return Number.isFinite(stored) ? stored : new Failure('the result is not a finite number');
  }
  if (typeof stored !== 'object' || stored === null || stored instanceof Secret || stored instanceof Unknown)
    return stored;
  return isList(stored) ? listValue(stored) : membersValue(stored);
}

function listValue(list: readonly Stored[]): Value | Failure {
  const values: Value[] = [];
  for (const element of list) {
    const value = toValue(element);
    if (value instanceof Failure) return value;
    values.push(value);
  }
  return values;
}

function membersValue(members: { readonly [key: string]: Stored }): Value | Failure {
  const entries: [string, Value][] = [];
  for (const name of presentNames(members)) {
    const value = toValue(members[name] ?? null);
    if (value instanceof Failure) return value;
    entries.push([name, value]);
  }
  return Object.fromEntries(entries);
}
