/** Runs at most `size` of the given works at once, in the order they were given. */
export type Limit = <T>(work: () => Promise<T>) => Promise<T>;

export function createLimit(size: number): Limit {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= size) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await work();
    } finally {
      // A place is handed over, so that nobody who comes now takes it too.
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
