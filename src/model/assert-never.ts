/** Ends a switch over a closed union: a missing case is a type error, and a bug at run time. */
export function assertNever(value: never): never {
  throw new Error(`unexpected case: ${JSON.stringify(value)}`);
}
