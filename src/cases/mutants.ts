import { blank } from '../model/blank.ts';
import { isObject, type Json } from '../model/json.ts';
import type { Question } from '../model/reader.ts';
import type { Schema } from '../model/schema.ts';
import { asWanted } from './fake-actions.ts';

/** One answer turned into another. */
export interface Mutant {
  /** Which answer, whatever the item: `confirm.worker.running`, `symptom.errors[].errno`. */
  readonly answer: string;
  readonly value: Json;
  /** `running: true → false`. */
  readonly words: string;
}

interface Place {
  readonly answer: string;
  readonly put: (value: Json) => Json;
}

/**
 * Every answer next to this one: a truth turned round, a number or text replaced, a list emptied or given a blank element, an
 * optional member taken away. Only what the runbook looks at is turned (`used`): nothing can depend on the rest.
 */
export function mutantsOf(
  question: Question,
  value: Json,
  schema: Schema,
  used: ReadonlySet<string>,
): readonly Mutant[] {
  return below(value, schema, { answer: answerName(question), put: (turned) => turned }, used);
}

/** A fix that is due already is in place, as the action sees it. */
export function stateMutants(question: Question, value: Json): readonly Mutant[] {
  const answer = answerName(question);
  return value === asWanted ? [] : [{ answer, value: asWanted, words: 'what is due → as wanted' }];
}

function answerName({ label, site }: Question): string {
  return site ?? `state ${label.name}`;
}

function below(value: Json, schema: Schema, place: Place, used: ReadonlySet<string>): readonly Mutant[] {
  const { answer, put } = place;
  const turned = (to: Json): Mutant => ({ answer, value: put(to), words: `${shown(value)} → ${shown(to)}` });
  const own = isUsed(answer, used) ? othersOf(value, schema).map(turned) : [];
  if (Array.isArray(value)) {
    const list: readonly Json[] = value;
    const items: Schema = schema.type === 'array' ? schema.items : { type: 'any' };
    const inside = list.flatMap((element, at) =>
      below(element, items, { answer: `${answer}[]`, put: (to) => put(list.with(at, to)) }, used),
    );
    return [...own, ...inside];
  }
  if (!isObject(value)) return own;
  const members = value as { readonly [name: string]: Json };
  const inside = Object.entries(members).flatMap(([name, member]) => {
    const here: Place = { answer: `${answer}.${name}`, put: (to) => put({ ...members, [name]: to }) };
    const declared = schema.type === 'object' ? schema.properties[name] : undefined;
    const optional = declared !== undefined && schema.type === 'object' && schema.required?.includes(name) !== true;
    const { [name]: _gone, ...rest } = members;
    const without: readonly Mutant[] =
      optional && isUsed(here.answer, used)
        ? [{ answer: here.answer, value: put(rest), words: `${shown(member)} → nothing` }]
        : [];
    return [...without, ...below(member, declared ?? { type: 'any' }, here, used)];
  });
  return [...own, ...inside];
}

function isUsed(answer: string, used: ReadonlySet<string>): boolean {
  return used.has(answer.replaceAll('[]', ''));
}

function othersOf(value: Json, schema: Schema): readonly Json[] {
  switch (typeof value) {
    case 'boolean':
      return [!value];
    case 'number':
      return value === 0 ? [1] : [0, value + 1];
    case 'string': {
      if (schema.type === 'string' && schema.enum !== undefined) return schema.enum.filter((word) => word !== value);
      return value === '' ? ['x'] : ['', `${value}x`];
    }
    default:
      if (!Array.isArray(value)) return [];
      if (value.length > 0) return [[]];
      return schema.type === 'array' && schema.items.type !== 'any' ? [[blank(schema.items)]] : [];
  }
}

function shown(value: Json): string {
  const text = JSON.stringify(value);
  return text.length <= 60 ? text : `${text.slice(0, 59)}…`;
}
