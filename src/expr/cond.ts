import type { Reason } from '../model/plan.ts';
import type { Cond, CondPart } from '../model/runbook.ts';
import type { Unknown } from '../model/unknown.ts';
import { load, nameOf, Pending } from './cel-value.ts';
import { type Evaluation, evaluate, type Scope } from './evaluate.ts';
import { explain } from './explain.ts';
import { interpolateText, reasonsOf } from './interpolate.ts';

/** A condition decided part by part. */
export interface Decision {
  readonly held: boolean | 'unknown';
  readonly reasons: readonly Reason[];
  /** What an undecided one waits on. */
  readonly unknowns: readonly Unknown[];
  /** The first error, also when another part has decided. */
  readonly error?: string;
}

/**
 * Decides all parts. A false part decides, whatever else is unknown or in error; an error leaves the whole `unknown` with
 * `error` set. A part's reason is its own message unless it held, else what its values were.
 */
export function decide(cond: Cond, scope: Scope): Decision {
  const parts = cond.map((part) => decidePart(part, scope));
  const held = parts.some((part) => part.reason.held === false)
    ? false
    : parts.every((part) => part.reason.held === true) || 'unknown';
  const error = parts.find((part) => part.error !== undefined)?.error;
  return {
    held,
    reasons: parts.map((part) => part.reason),
    unknowns: [...new Set(parts.flatMap((part) => part.unknowns))],
    ...(error === undefined ? {} : { error }),
  };
}

interface DecidedPart {
  readonly reason: Reason;
  readonly unknowns: readonly Unknown[];
  readonly error?: string;
}

function decidePart(part: CondPart, scope: Scope): DecidedPart {
  const result = asTruth(evaluate(part.check, scope));
  switch (result.kind) {
    case 'unknown':
      return { reason: reason(part, 'unknown', reasonsOf(result.unknowns)), unknowns: result.unknowns };
    case 'error':
      return {
        reason: reason(part, 'unknown', result.message),
        unknowns: [],
        error: `${part.check}: ${result.message}`,
      };
    default: {
      const held = result.value === true;
      const message = held || part.message === undefined ? undefined : interpolateText(part.message, scope);
      return { reason: reason(part, held, message ?? explain(part.check, scope)), unknowns: [] };
    }
  }
}

function asTruth(result: Evaluation): Evaluation {
  if (result.kind !== 'known' || typeof result.value === 'boolean') return result;
  const value = load(result.value);
  const name = value instanceof Pending ? 'unknown' : nameOf(value);
  return { kind: 'error', message: `a condition must be true or false, not ${name}` };
}

function reason(part: CondPart, held: boolean | 'unknown', because: string | undefined): Reason {
  return because === undefined ? { check: part.check, held } : { check: part.check, held, because };
}
