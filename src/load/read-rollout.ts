import { type Count, parseCount, type Rollout } from '../model/rollout.ts';
import { listOf } from './raw.ts';
import { readDuration } from './read-call.ts';

/** `batches`, `pause` and `max_fail`; `undefined` where none of them stands there. Their shape is checked elsewhere. */
export function readRollout(raw: Readonly<Record<string, unknown>>): Rollout | undefined {
  const [first, ...more] = listOf(raw['batches']).flatMap((entry): Count[] => {
    const count = parseCount(entry);
    return count === undefined ? [] : [count];
  });
  const pauseMs = readDuration(raw['pause']);
  const maxFail = parseCount(raw['max_fail']);
  if (first === undefined && pauseMs === undefined && maxFail === undefined) return undefined;
  return {
    ...(first === undefined ? {} : { batches: [first, ...more] }),
    ...(pauseMs === undefined ? {} : { pauseMs }),
    ...(maxFail === undefined ? {} : { maxFail }),
  };
}
