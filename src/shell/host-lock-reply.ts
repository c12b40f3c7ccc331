import { assertNever } from '../model/assert-never.ts';
import { clipped } from '../model/clipped.ts';
import type { LockOwner } from './host-lock.ts';

/** What a lock's holder does: it lives; it is gone, and a fix that it began on the host still runs; it is gone. */
export type HolderState = 'lives' | 'fixing' | 'gone';

/** What a host says of its lock. */
export type LockReply =
  | { readonly kind: 'taken' | 'free' }
  /** Something is in the way; who, was not looked at. */
  | { readonly kind: 'busy' }
  /** `unlocked`: it was so. */
  | { readonly kind: 'held' | 'unlocked'; readonly holder: HolderState; readonly owner: LockOwner }
  | { readonly kind: 'storage'; readonly why: string };

const holderStates = ['gone', 'lives', 'fixing'] as const;

/** Why a lock can't be kept in a folder; `said`: what was found of it. */
function trouble(code: string | undefined, folder: string, said: string): string {
  const more = said === '' ? '' : `: ${said}`;
  switch (code) {
    case '1':
      return `its folder ${folder} could not be made${more}`;
    case '2':
      return `its folder ${folder} does not belong to this user alone${more}`;
    case '3':
      return `it could not be written in ${folder}`;
    default:
      return `it could not be made in ${folder}`;
  }
}

/** Reads the answer of the scripts in host-lock.ts; `undefined`: it is none. */
export function readLockReply(stdout: string): LockReply | undefined {
  const [first = '', line = '', host = '', operator = '', since = '', comment = ''] = stdout.split('\n', 7);
  const [word, code] = first.split(' ', 2);
  switch (word) {
    case 'taken':
    case 'free':
    case 'busy':
      return { kind: word };
    case 'storage':
      return { kind: 'storage', why: trouble(code, clipped(line), clipped(host)) };
    case 'held':
    case 'unlocked': {
      const [nonce = '', , , , run = ''] = line.split(' ', 5);
      const words = {
        host: clipped(host),
        operator: clipped(operator),
        since: clipped(since),
        comment: clipped(comment),
      };
      const owner = { nonce: /^[0-9a-f]{1,64}$/.test(nonce) ? nonce : '', run: clipped(run), ...words };
      return { kind: word, holder: holderStates[Number(code)] ?? 'lives', owner };
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

/** Who holds a lock, or held it, and what became of that one. */
export function holderText(owner: LockOwner, holder: HolderState): string {
  const who = lockOwnerText(owner);
  switch (holder) {
    case 'lives':
      return `${who}, whose shell on the host still lives`;
    case 'fixing':
      return `${who}, which is gone, but a fix of it still runs on the host`;
    case 'gone':
      return `${who}, which is gone`;
    default:
      return assertNever(holder);
  }
}
