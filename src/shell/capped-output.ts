/** The head of an output stream, at most `cap` bytes; the rest is counted and dropped. */
export class CappedOutput {
  readonly #cap: number;
  readonly #kept: Buffer[] = [];
  #total = 0;

  constructor(cap: number) {
    this.#cap = cap;
  }

  push(bytes: Buffer): void {
    const room = this.#cap - this.#total;
    // A copy: the chunk may be a small window of a big socket buffer, or may be reused by it.
    if (room > 0) this.#kept.push(Buffer.from(bytes.subarray(0, room)));
    this.#total += bytes.length;
  }

  /** Bytes seen, kept or not. */
  get total(): number {
    return this.#total;
  }

  get truncated(): boolean {
    return this.#total > this.#cap;
  }

  /** What was kept, as UTF-8; invalid bytes are U+FFFD. */
  text(): string {
    const [first] = this.#kept;
    if (first === undefined) return '';
    return (this.#kept.length === 1 ? first : Buffer.concat(this.#kept)).toString('utf8');
  }
}
