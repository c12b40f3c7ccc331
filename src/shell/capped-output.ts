/** The head of an output stream; the rest is counted and dropped. */
export interface CappedOutput {
  push(bytes: Buffer): void;
  /** Bytes seen, kept or not. */
  readonly total: number;
  readonly truncated: boolean;
  /** What was kept, as UTF-8; invalid bytes are U+FFFD. */
  text(): string;
}

/** Keeps at most `cap` bytes. */
export function cappedOutput(cap: number): CappedOutput {
  const kept: Buffer[] = [];
  let total = 0;
  return {
    push(bytes) {
      const room = cap - total;
      // A copy: the chunk may be a small window of a big socket buffer, or may be reused by it.
      if (room > 0) kept.push(Buffer.from(bytes.subarray(0, room)));
      total += bytes.length;
    },
    get total() {
      return total;
    },
    get truncated() {
      return total > cap;
    },
    text() {
      const [first] = kept;
      if (first === undefined) return '';
      return (kept.length === 1 ? first : Buffer.concat(kept)).toString('utf8');
    },
  };
}
