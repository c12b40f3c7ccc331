/**
 * The journal could not be written, and why. A sink rejects with it; the engine then begins nothing more and ends with exit
 * code 74. Anything else that a sink throws is a bug.
 */
export class JournalFailure extends Error {
  override readonly name = 'JournalFailure';
  /** Nothing is wrong with it: another process is at the same work (exit code 5). */
  readonly locked: boolean;

  constructor(message: string, locked = false) {
    super(message);
    this.locked = locked;
  }
}
