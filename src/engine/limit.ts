/** Runs at most `size` of the given works at once, in the order they were given. */
export interface Limit {
  <T>(work: () => Promise<T>): Promise<T>;
  /** For a work that waits for another one: its place is free meanwhile, and it queues for one again. */
  readonly aside: <T>(wait: () => Promise<T>) => Promise<T>;
}

export function createLimit(size: number): Limit {
  const waiting: (() => void)[] = [];
  let running = 0;

  async function enter(): Promise<void> {
    if (running >= size) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
  }

  /** A place is handed over, so that nobody who comes now takes it too. */
  function leave(): void {
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  }

  async function limit<T>(work: () => Promise<T>): Promise<T> {
    await enter();
    try {
      return await work();
    } finally {
      leave();
    }
  }

  async function aside<T>(wait: () => Promise<T>): Promise<T> {
    leave();
    try {
      return await wait();
    } finally {
      await enter();
    }
  }

  return Object.assign(limit, { aside });
}
