/** Runs at most `most` of the given works at a time; the others wait in order. One that has said `leave` is not counted any more. */
export function limited(most: number): <T>(work: (leave: () => void) => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= most) await new Promise<void>((go) => waiting.push(go));
    else running += 1;
    let left = false;
    const leave = (): void => {
      if (left) return;
      left = true;
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    };
    try {
      return await work(leave);
    } finally {
      leave();
    }
  };
}
