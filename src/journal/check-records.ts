import { type Event, eventVersion } from '../model/event.ts';
import { isObject } from '../model/json.ts';
import { decodeRecord } from './record.ts';

/** Where a journal is not as it was written. */
export interface Damage {
  /** From 1. */
  readonly line: number;
  readonly what: string;
}

/** A journal's text as it was found. */
export interface CheckedRecords {
  /** Up to the damage, if there is any. */
  readonly events: readonly Event[];
  /** Length of all whole lines, in bytes. */
  readonly wholeBytes: number;
  /** Length of the last line where it was never finished; it was not yet promised to anybody. */
  readonly tornBytes: number;
  /** What the next record's `prev` must say. */
  readonly lastHash: string;
  readonly damage?: Damage;
}

const lineFeed = 0x0a;

/** Checks every line: checksum, chain, numbers, one beginning, one run. Pure. */
export function checkRecords(bytes: Buffer): CheckedRecords {
  const events: Event[] = [];
  let start = 0;
  let lastHash = '';
  for (let line = 1; ; line += 1) {
    const end = bytes.indexOf(lineFeed, start);
    const state = { events, wholeBytes: start, lastHash };
    if (end === -1) return { ...state, tornBytes: bytes.length - start };
    const decoded = decodeRecord(bytes.subarray(start, end));
    const what = decoded.kind === 'damaged' ? decoded.what : misplaced(decoded, lastHash, events);
    if (decoded.kind === 'damaged' || what !== undefined) {
      return { ...state, tornBytes: 0, damage: { line, what: what ?? 'it is damaged' } };
    }
    // Checked: a line of ours, in its place.
    events.push(withoutOwn(decoded.value) as Event);
    lastHash = decoded.hash;
    start = end + 1;
  }
}

/** What is wrong with a whole line where it stands; `undefined`: nothing. */
function misplaced(
  { prev, value }: { readonly prev: string; readonly value: unknown },
  lastHash: string,
  before: readonly Event[],
): string | undefined {
  if (prev !== lastHash) {
    return before.length === 0 ? 'lines before it are missing' : 'it does not follow the line before it';
  }
  if (!isObject(value)) return 'it is no event';
  const { seq, run, type, version } = value;
  if (seq !== before.length + 1) return `it is number ${String(seq)}, and ${before.length + 1} was expected`;
  const [first] = before;
  if (first === undefined) {
    if (type !== 'run.started') return 'the journal does not begin with the beginning of a run';
    if (version === eventVersion) return undefined;
    return `it was written in version ${String(version)} of the events; this mendgate knows ${eventVersion}`;
  }
  if (type === 'run.started') return 'a run begins a second time';
  return run === first.run ? undefined : `it belongs to another run, ${String(run)}`;
}

function withoutOwn(value: unknown): object {
  if (!isObject(value)) return {};
  const { prev, crc, ...event } = value;
  return event;
}
