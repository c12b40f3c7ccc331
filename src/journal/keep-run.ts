import type { EventSink } from '../model/event.ts';
import { JournalFailure } from '../model/journal-failure.ts';
import type { Journal } from './journal.ts';
import { type JournalOptions, openJournal } from './open-journal.ts';

/** How a run that was to be kept went. */
export type KeptEnd<R> =
  | { readonly kind: 'ran'; readonly result: R; readonly failure?: JournalFailure }
  /** Nothing was begun: its journal could not be. */
  | { readonly kind: 'not_begun'; readonly failure: JournalFailure };

/**
 * Runs something whose events go into a journal. A dry run goes on without one where none can be had, and `onWarning` says
 * so; a real run does not begin.
 */
export async function keepRun<R>(
  options: JournalOptions,
  onWarning: (message: string) => void,
  run: (sinks: readonly EventSink[]) => Promise<R>,
): Promise<KeptEnd<R>> {
  const notKept = (failure: JournalFailure): void => onWarning(`this dry run is not kept: ${failure.message}`);
  try {
    const journal = await openJournal(options);
    let failure: JournalFailure | undefined;
    let result: R;
    try {
      result = await run([journal.sink]);
    } finally {
      failure = await journal.close();
    }
    if (failure === undefined) return { kind: 'ran', result };
    if (options.dryRun !== true) return { kind: 'ran', result, failure };
    notKept(failure);
    return { kind: 'ran', result };
  } catch (error) {
    if (!(error instanceof JournalFailure)) throw error;
    if (options.dryRun !== true) return { kind: 'not_begun', failure: error };
    notKept(error);
    return { kind: 'ran', result: await run([]) };
  }
}

/** Runs something whose events go on in a journal that is open; closes it. */
export async function keepIn<R>(
  journal: Journal,
  run: (sinks: readonly EventSink[]) => Promise<R>,
): Promise<KeptEnd<R>> {
  let failure: JournalFailure | undefined;
  let result: R;
  try {
    result = await run([journal.sink]);
  } catch (error) {
    if (error instanceof JournalFailure) return { kind: 'not_begun', failure: error };
    throw error;
  } finally {
    failure = await journal.close();
  }
  return failure === undefined ? { kind: 'ran', result } : { kind: 'ran', result, failure };
}
