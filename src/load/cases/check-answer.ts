import { fillBlanks, withoutNulls } from '../../model/blank.ts';
import type { Json } from '../../model/json.ts';
import type { Schema } from '../../model/schema.ts';
import { describeViolations, type Problem } from '../describe-violation.ts';
import { toJsonSchema } from '../json-schema.ts';
import { paramsValidator } from '../validators.ts';

/** What is wrong with a probe's whole result; empty: it has the declared shape. */
export function resultProblems(schema: Schema, result: Json): readonly Problem[] {
  const violations = paramsValidator(schema)(result);
  if (violations.length === 0) return [];
  return describeViolations(violations, {
    schema: toJsonSchema(schema, { interpolated: false }),
    value: result,
    prefix: 'answer',
  });
}

/** What is wrong with an answer as an author writes it: only a part of a result, perhaps. */
export function answerProblems(schema: Schema, answer: Json): readonly Problem[] {
  const whole = fillBlanks(withoutNulls(answer), schema);
  // What was filled in is nobody's mistake.
  return resultProblems(schema, whole).filter(({ path, missing }) => missing === undefined && stands(answer, path));
}

function stands(value: Json | undefined, [first, ...rest]: readonly (string | number)[]): boolean {
  if (value === undefined || value === null) return false;
  if (first === undefined) return true;
  if (typeof value !== 'object') return false;
  return stands((value as { readonly [key: string | number]: Json })[first], rest);
}
