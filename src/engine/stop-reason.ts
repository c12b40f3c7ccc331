import { JournalFailure } from '../model/journal-failure.ts';

/** Why nothing more begins: Ctrl-C (`when`: said of it alone), or a journal that cannot be written. */
export function stopReason(stopping: AbortSignal, when = ''): string {
  return stopping.reason instanceof JournalFailure ? stopping.reason.message : `interrupted${when}`;
}
