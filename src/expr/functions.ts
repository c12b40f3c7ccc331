import { type CelValue, Failure, nameOf, type Result } from './cel-value.ts';
import { convertFunctions } from './functions-convert.ts';
import { listFunctions } from './functions-list.ts';
import { textFunctions } from './functions-text.ts';
import { accepts, type CelFunction } from './overload.ts';

const functions = new Map<string, CelFunction>(
  Object.entries({ ...textFunctions, ...convertFunctions, ...listFunctions }),
);

/** What is not a function but part of the language, with how it is written. */
export const macroForms: ReadonlyMap<string, string> = new Map([
  ['has', 'has(x.field)'],
  ['known', 'known(x)'],
  ['all', 'list.all(x, condition)'],
  ['exists', 'list.exists(x, condition)'],
  ['exists_one', 'list.exists_one(x, condition)'],
  ['filter', 'list.filter(x, condition)'],
  ['map', 'list.map(x, value)'],
]);

/** The function of this name when it may be written that way. */
export function findFunction(name: string, form: 'call' | 'method'): CelFunction | undefined {
  const found = functions.get(name);
  return found && (found.style === form || found.style === 'both') ? found : undefined;
}

/** All names one may call, for did-you-mean. */
export function callableNames(form: 'call' | 'method'): readonly string[] {
  const macros = [...macroForms.keys()].filter((name) => (name === 'has' || name === 'known') === (form === 'call'));
  return [...[...functions.keys()].filter((name) => findFunction(name, form)), ...macros];
}

/** Runs a function on known arguments (the receiver first). */
export function callFunction(name: string, form: 'call' | 'method', args: readonly CelValue[]): Result {
  const found = findFunction(name, form);
  if (found === undefined) return new Failure(`there is no function ${name}`);
  const fitting = found.overloads.find(
    ({ kinds }) =>
      kinds.length === args.length &&
      kinds.every((kind, index) => {
        const arg = args[index];
        return arg !== undefined && accepts(kind, arg);
      }),
  );
  return fitting
    ? fitting.run(args)
    : new Failure(`${name}() does not work on ${args.map(nameOf).join(', ') || 'nothing'}`);
}
