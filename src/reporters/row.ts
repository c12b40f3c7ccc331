import type { Colours } from './words.ts';

/** How a row ended: its mark. */
export type Ending = 'good' | 'bad' | 'skipped';

/** One row of the live view. The board writes it, the view reads it. */
export interface Row {
  readonly key: string;
  /** False: nothing has begun there yet. */
  begun: boolean;
  /** What stands on it, cut to so many columns. */
  text: (columns: number, colours: Colours) => string;
  readonly ended: Promise<Ending>;
  /** Only the first call counts. */
  readonly end: (how: Ending) => void;
}

export function createRow(key: string, text: Row['text']): Row {
  let end: (how: Ending) => void = () => {};
  const ended = new Promise<Ending>((resolve) => {
    end = resolve;
  });
  return { key, begun: false, text, ended, end };
}
