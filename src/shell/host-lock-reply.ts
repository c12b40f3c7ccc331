import { clipped } from '../model/clipped.ts';
import type { LockOwner } from './host-lock.ts';

/** What a host says of its lock. */
export type LockReply =
  | { readonly kind: 'taken' | 'free' | 'unlocked' }
  /** Something is in the way; who, was not looked at. */
  | { readonly kind: 'busy' }
  /** `fixing`: its holder is gone, and a fix that was begun on the host still runs. */
  | { readonly kind: 'held'; readonly fixing: boolean; readonly owner: LockOwner }
  | { readonly kind: 'storage'; readonly why: string };

const troubles = [
  'its folder could not be made',
  'its folder does not belong to this user alone',
  'it could not be written',
  'it could not be made',
] as const;

/** Reads the answer of the scripts in host-lock.ts; `undefined`: it is none. */
export function readLockReply(stdout: string): LockReply | undefined {
  const [first = '', line = '', host = '', operator = '', since = '', comment = ''] = stdout.split('\n', 7);
  const [word, code] = first.split(' ', 2);
  switch (word) {
    case 'taken':
    case 'free':
    case 'unlocked':
    case 'busy':
      return { kind: word };
    case 'storage':
      return { kind: 'storage', why: troubles[Number(code) - 1] ?? 'it could not be made' };
    case 'held': {
      const [nonce = '', , , , run = ''] = line.split(' ', 5);
      const words = {
        host: clipped(host),
        operator: clipped(operator),
        since: clipped(since),
        comment: clipped(comment),
      };
      const owner = { nonce: /^[0-9a-f]{1,64}$/.test(nonce) ? nonce : '', run: clipped(run), ...words };
      return { kind: 'held', fixing: code === '2', owner };
    }
    default:
      return undefined;
  }
}

/** Who holds a lock, for a person. */
export function lockOwnerText({ run, operator, since, comment }: LockOwner): string {
  const at = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)/.exec(since);
  const when = at === null ? '' : ` since ${at[1]} ${at[2]} UTC`;
  return `run ${run || '(unknown)'} of ${operator || '(unknown)'}${when}${comment === '' ? '' : ` (${comment})`}`;
}
