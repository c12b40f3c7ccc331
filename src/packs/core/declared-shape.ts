import { isObject } from '../../model/json.ts';

/** Types of a shape, as a runbook names them, and what fits each. */
const fits: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  int: (value) => Number.isSafeInteger(value),
  number: (value) => typeof value === 'number',
  bool: (value) => typeof value === 'boolean',
  list: (value) => Array.isArray(value),
  map: isObject,
};

/**
 * Where a JSON value is not what its runbook declared (`int`, `[string]`, `{ name: shape }`), in words: `bytes: int, got
 * text`. `undefined`: it fits. Members beyond the declared ones are no misfit.
 */
export function misfitOf(shape: unknown, value: unknown, place = ''): string | undefined {
  const wrong = (expected: string): string => `${place === '' ? '' : `${place}: `}${expected}, got ${nameOf(value)}`;
  if (typeof shape === 'string') return fits[shape]?.(value) === false ? wrong(shape) : undefined;
  if (Array.isArray(shape)) {
    if (!Array.isArray(value)) return wrong('list');
    return firstOf(value.map((element: unknown, index) => () => misfitOf(shape[0], element, `${place}[${index}]`)));
  }
  if (!isObject(shape)) return undefined;
  if (!isObject(value)) return wrong('map');
  return firstOf(
    Object.entries(shape).map(([name, member]) => () => {
      const at = place === '' ? name : `${place}.${name}`;
      return misfitOf(member, Object.hasOwn(value, name) ? value[name] : undefined, at);
    }),
  );
}

function firstOf(checks: readonly (() => string | undefined)[]): string | undefined {
  for (const check of checks) {
    const misfit = check();
    if (misfit !== undefined) return misfit;
  }
  return undefined;
}

function nameOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (typeof value === 'string') return 'text';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'number';
  if (typeof value === 'boolean') return 'bool';
  return Array.isArray(value) ? 'list' : 'map';
}
