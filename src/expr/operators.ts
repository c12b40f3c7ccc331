import { assertNever } from '../model/assert-never.ts';
import { Secret } from '../model/secret.ts';
import { type CelValue, Duration, Failure, isBad, isList, nameOf, type Result, Timestamp } from './cel-value.ts';
import { contains, equal, isNumeric, order } from './compare.ts';

export type BinaryOp = '==' | '!=' | 'in' | '<' | '<=' | '>' | '>=' | '+' | '-' | '*' | '/' | '%';

/** A binary operator on two known values. An integer beside a double is taken as a double. */
export function applyBinary(op: BinaryOp, left: CelValue, right: CelValue): Result {
  switch (op) {
    case '==':
      return equal(left, right);
    case '!=': {
      const same = equal(left, right);
      return isBad(same) ? same : !same;
    }
    case 'in':
      return contains(left, right);
    case '<':
    case '<=':
    case '>':
    case '>=':
      return relation(op, order(left, right));
    case '+':
      return add(left, right);
    case '-':
      return subtract(left, right);
    case '*':
    case '/':
    case '%':
      return isNumeric(left) && isNumeric(right) ? arithmetic(op, left, right) : mismatch(op, left, right);
    default:
      return assertNever(op);
  }
}

function relation(op: '<' | '<=' | '>' | '>=', by: number | Failure): Result {
  if (by instanceof Failure) return by;
  switch (op) {
    case '<':
      return by < 0;
    case '<=':
      return by <= 0;
    case '>':
      return by > 0;
    case '>=':
      return by >= 0;
    default:
      return assertNever(op);
  }
}

function add(left: CelValue, right: CelValue): Result {
  if (isNumeric(left) && isNumeric(right)) return arithmetic('+', left, right);
  if (typeof left === 'string' && typeof right === 'string') return left + right;
  if (left instanceof Secret || right instanceof Secret) return addSecret(left, right);
  if (isList(left) && isList(right)) return [...left, ...right];
  if (left instanceof Duration && right instanceof Duration) return new Duration(left.lengthMs + right.lengthMs);
  if (left instanceof Timestamp && right instanceof Duration) return new Timestamp(left.epochMs + right.lengthMs);
  if (left instanceof Duration && right instanceof Timestamp) return new Timestamp(left.lengthMs + right.epochMs);
  return mismatch('+', left, right);
}

/** A secret joined with text stays a secret; this is one of the few places that see its clear text. */
function addSecret(left: CelValue, right: CelValue): Result {
  const start = left instanceof Secret ? left.reveal() : left;
  const end = right instanceof Secret ? right.reveal() : right;
  return typeof start === 'string' && typeof end === 'string' ? new Secret(start + end) : mismatch('+', left, right);
}

function subtract(left: CelValue, right: CelValue): Result {
  if (isNumeric(left) && isNumeric(right)) return arithmetic('-', left, right);
  if (left instanceof Duration && right instanceof Duration) return new Duration(left.lengthMs - right.lengthMs);
  if (left instanceof Timestamp && right instanceof Timestamp) return new Duration(left.epochMs - right.epochMs);
  if (left instanceof Timestamp && right instanceof Duration) return new Timestamp(left.epochMs - right.lengthMs);
  return mismatch('-', left, right);
}

function arithmetic(op: '+' | '-' | '*' | '/' | '%', left: bigint | number, right: bigint | number): Result {
  if (typeof left !== 'bigint' || typeof right !== 'bigint') return onDoubles(op, Number(left), Number(right));
  switch (op) {
    case '+':
      return inRange(left + right);
    case '-':
      return inRange(left - right);
    case '*':
      return inRange(left * right);
    case '/':
      return right === 0n ? new Failure('division by zero') : inRange(left / right);
    case '%':
      return right === 0n ? new Failure('remainder of a division by zero') : left % right;
    default:
      return assertNever(op);
  }
}

function onDoubles(op: '+' | '-' | '*' | '/' | '%', left: number, right: number): Result {
  switch (op) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
    case '%':
      return new Failure('`%` is for integers only');
    default:
      return assertNever(op);
  }
}

const maxInteger = 2n ** 63n - 1n;

/** Integers have 64 bits. */
export function inRange(value: bigint): Result {
  return value > maxInteger || value < -maxInteger - 1n ? new Failure('an integer of more than 64 bits') : value;
}

function mismatch(op: string, left: CelValue, right: CelValue): Failure {
  if (left instanceof Secret || right instanceof Secret)
    return new Failure(`a secret cannot be used with \`${op}\` here`);
  const hint = op === '+' && (typeof left === 'string' || typeof right === 'string') ? '; string(x) makes text' : '';
  return new Failure(`\`${op}\` does not work on ${nameOf(left)} and ${nameOf(right)}${hint}`);
}
