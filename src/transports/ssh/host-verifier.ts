import type { Clock } from '../../model/clock.ts';
import { after } from '../clock.ts';

const answerWithinMs = 5000;

/**
 * The only place that makes a `hostVerifier` for ssh2. ssh2 takes anything but `undefined` that such a function returns as its
 * verdict, and a promise is truthy: an async function accepts every key. So this one returns nothing, ever, and
 * answers through the callback exactly once; what throws, rejects or takes too long is "no".
 */
export function hostVerifier(
  trusts: (key: Buffer) => boolean | Promise<boolean>,
  clock: Clock,
): (key: Buffer, verify: (trusted: boolean) => void) => void {
  return (key, verify) => {
    let answered = false;
    const answer = (trusted: boolean): void => {
      if (answered) return;
      answered = true;
      disarm();
      verify(trusted);
    };
    const disarm = after(clock, answerWithinMs, () => answer(false));
    let verdict: boolean | Promise<boolean>;
    try {
      verdict = trusts(key);
    } catch {
      verdict = false;
    }
    if (typeof verdict === 'boolean') {
      answer(verdict);
      return;
    }
    Promise.resolve(verdict).then(
      (trusted) => answer(trusted === true),
      () => answer(false),
    );
  };
}
