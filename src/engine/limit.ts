/** Runs at most `size` of the given works at once, in the order they were given. */
export interface Limit {
  <T>(work: () => Promise<T>): Promise<T>;
  /** For a work that waits for another one: its place is free meanwhile, and it queues for one again. */
  readonly aside: <T>(wait: () => Promise<T>) => Promise<T>;
  /** For a work that may turn out to be a long wait: it keeps its place until it says so; then it is the next to have one again. */
  readonly lend: <T>(work: (waits: () => void) => Promise<T>) => Promise<T>;
}

export function createLimit(size: number): Limit {
  const waiting: (() => void)[] = [];
  let running = 0;

  async function enter(where: 'first' | 'last' = 'last'): Promise<void> {
    if (running < size) running += 1;
    else await new Promise<void>((resolve) => (where === 'first' ? waiting.unshift(resolve) : waiting.push(resolve)));
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

  async function lend<T>(work: (waits: () => void) => Promise<T>): Promise<T> {
    let lent = false;
    try {
      return await work(() => {
        if (!lent) leave();
        lent = true;
      });
    } finally {
      if (lent) await enter('first');
    }
  }

  return Object.assign(limit, { aside, lend });
}
