import { type CelValue, elementsOf, Failure, isBad, isList, isMembers, nameOf, type Result } from './cel-value.ts';
import { presentNames } from './compare.ts';
import { type CelFunction, overload } from './overload.ts';
import { regexFinds } from './regex.ts';
import { boolean, integer, listOf, string } from './type.ts';

const maxText = 4_000_000;

function matches(text: string, pattern: string): Result {
  const found = regexFinds(pattern, text);
  return typeof found === 'object' ? new Failure(`not a regular expression: ${found.fault}`) : found;
}

function sizeOf(value: CelValue): Result {
  if (typeof value === 'string') return BigInt([...value].length);
  if (isList(value)) return BigInt(value.length);
  return isMembers(value) ? BigInt(presentNames(value).length) : new Failure(`${nameOf(value)} has no size`);
}

function joinWith(list: Parameters<typeof elementsOf>[0], separator: string): Result {
  const elements = elementsOf(list);
  if (isBad(elements)) return elements;
  const wrong = elements.find((element) => typeof element !== 'string');
  if (wrong !== undefined)
    return new Failure(`join needs strings, not ${nameOf(wrong)}; .map(x, string(x)) makes them`);
  const text = elements.join(separator);
  return text.length > maxText ? new Failure('the text is too long') : text;
}

function slice(text: string, start: bigint, end: bigint): Result {
  const inside = start >= 0n && start <= end && end <= BigInt(text.length);
  return inside
    ? text.slice(Number(start), Number(end))
    : new Failure(`substring(${start}, ${end}) of ${text.length} characters`);
}

function replaced(text: string, old: string, by: string): Result {
  const count = old === '' ? text.length + 1 : text.split(old).length - 1;
  return text.length + count * by.length > maxText
    ? new Failure('the text is too long')
    : text.replaceAll(old, () => by);
}

/** Size, and what works on strings. */
export const textFunctions: Readonly<Record<string, CelFunction>> = {
  size: {
    style: 'both',
    overloads: [
      overload(['string'], integer, sizeOf),
      overload(['list'], integer, sizeOf),
      overload(['map'], integer, sizeOf),
    ],
  },
  contains: {
    style: 'method',
    overloads: [overload(['string', 'string'], boolean, (text, part) => text.includes(part))],
  },
  startsWith: {
    style: 'method',
    overloads: [overload(['string', 'string'], boolean, (text, part) => text.startsWith(part))],
  },
  endsWith: {
    style: 'method',
    overloads: [overload(['string', 'string'], boolean, (text, part) => text.endsWith(part))],
  },
  matches: { style: 'both', overloads: [overload(['string', 'string'], boolean, matches)] },
  lowerAscii: {
    style: 'method',
    overloads: [overload(['string'], string, (text) => asciiCase(text, /[A-Z]+/g, 'lower'))],
  },
  upperAscii: {
    style: 'method',
    overloads: [overload(['string'], string, (text) => asciiCase(text, /[a-z]+/g, 'upper'))],
  },
  trim: { style: 'method', overloads: [overload(['string'], string, (text) => text.trim())] },
  indexOf: {
    style: 'method',
    overloads: [overload(['string', 'string'], integer, (text, part) => BigInt(text.indexOf(part)))],
  },
  lastIndexOf: {
    style: 'method',
    overloads: [overload(['string', 'string'], integer, (text, part) => BigInt(text.lastIndexOf(part)))],
  },
  substring: {
    style: 'method',
    overloads: [
      overload(['string', 'int'], string, (text, start) => slice(text, start, BigInt(text.length))),
      overload(['string', 'int', 'int'], string, slice),
    ],
  },
  replace: { style: 'method', overloads: [overload(['string', 'string', 'string'], string, replaced)] },
  split: { style: 'method', overloads: [overload(['string', 'string'], listOf(string), (text, by) => text.split(by))] },
  join: {
    style: 'both',
    overloads: [
      overload(['list'], string, (list) => joinWith(list, '')),
      overload(['list', 'string'], string, joinWith),
    ],
  },
};

function asciiCase(text: string, letters: RegExp, to: 'lower' | 'upper'): string {
  return text.replaceAll(letters, (part) => (to === 'lower' ? part.toLowerCase() : part.toUpperCase()));
}
