import { clipped } from '../model/clipped.ts';
import type { Reverted } from '../shell/dead-man-reply.ts';

/** Said of a fix that nobody confirmed in time. */
const bySelfText = 'the host reverted by itself';

/** What is to be said of how a host took a fix back: that nobody had asked it to, and what it has overwritten. */
export function howReverted({ bySelf, begun, overwritten }: Reverted): string | undefined {
  const texts = [
    ...(bySelf && begun ? [bySelfText] : []),
    ...overwritten.map(({ path, copy }) => {
      const kept =
        copy === undefined ? 'what stood there is lost' : `what stood there is in ${clipped(copy)} on the host`;
      return `${clipped(path)} was not as the fix had left it: ${kept}`;
    }),
  ];
  return texts.length === 0 ? undefined : texts.join('; ');
}
