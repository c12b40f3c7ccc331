import { type Count, type MendRequest, parseCount, parseDuration, type Rollout } from '../index.ts';
import { UsageError } from './exit.ts';
import type { RetryOptions, RolloutOptions } from './options.ts';

/** What the command line says of batches; nothing where it says nothing. */
export function rolloutOf({
  batches,
  pause,
  maxFail,
  maxChanged,
}: RolloutOptions): Pick<MendRequest, 'rollout' | 'maxChanged'> {
  const rollout: Rollout = {
    ...(batches === undefined ? {} : { batches: sizes(batches) }),
    ...(pause === undefined ? {} : { pauseMs: duration('--pause', pause) }),
    ...(maxFail === undefined ? {} : { maxFail: count('--max-fail', maxFail) }),
  };
  return {
    ...(Object.keys(rollout).length === 0 ? {} : { rollout }),
    ...(maxChanged === undefined ? {} : { maxChanged }),
  };
}

/** For how long hosts that did not answer are tried again. */
export function retryOf({ retryUnreachable }: RetryOptions): Pick<MendRequest, 'retryUnreachableMs'> {
  if (retryUnreachable === undefined) return {};
  return { retryUnreachableMs: duration('--retry-unreachable', retryUnreachable) };
}

function sizes(text: string): readonly [Count, ...Count[]] {
  const [first = '', ...more] = text.split(',');
  return [size(first), ...more.map(size)];
}

function size(text: string): Count {
  const parsed = count('--batches', text.trim());
  if (Object.values(parsed).includes(0)) throw new UsageError(`--batches ${text}: a batch has at least one host`);
  return parsed;
}

function count(flag: string, text: string): Count {
  const parsed = parseCount(text);
  if (parsed === undefined) throw new UsageError(`${flag} ${text}: expected a number of hosts, or up to 100%`);
  return parsed;
}

function duration(flag: string, text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined) throw new UsageError(`${flag} ${text}: expected a duration: 30s, 15m`);
  return ms;
}
