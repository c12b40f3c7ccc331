// A run as one file that can be handed on, and checked elsewhere.

import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { CheckedBundle } from '../journal/bundle/check-bundle.ts';
import type { KeptRun } from '../journal/kept-runs.ts';
import type { Event } from '../model/event.ts';
import { mendgateVersion } from '../version.ts';
import { reportRun } from './report-run.ts';

export type { CheckedBundle } from '../journal/bundle/check-bundle.ts';

/**
 * The evidence of a kept run that has events and is not damaged: journal, runbook, reports, and a manifest of their hashes;
 * gzipped tar. The same run gives the same bytes.
 * `stateDir`: the `--state-dir` that it is kept in, if one was given.
 */
export async function exportRun(
  kept: KeptRun,
  stateDir?: string,
): Promise<{ readonly bytes: Buffer; readonly withoutRunbook?: string }> {
  const [{ writeBundle }, { sha256 }, { readJournalFile }, { journalPath }] = await Promise.all([
    import('../journal/bundle/write-bundle.ts'),
    import('../journal/bundle/manifest.ts'),
    import('../journal/journal-file.ts'),
    import('../journal/places.ts'),
  ]);
  const { run, events, directory, bytes, tornBytes } = kept;
  const journal = await readJournalFile(journalPath(directory));
  const runbook = await runbookOf(events, sha256);
  const files = new Map([['journal.jsonl', journal.subarray(0, bytes - tornBytes)]]);
  if (typeof runbook !== 'string') files.set('runbook.yaml', runbook);
  for (const kind of ['html', 'json', 'md'] as const) {
    const report = await reportRun(events, kind, { stateDir });
    if (report !== undefined) files.set(`report.${kind}`, Buffer.from(report));
  }
  const without = typeof runbook === 'string' ? { withoutRunbook: runbook } : {};
  return {
    bytes: writeBundle({
      run,
      mendgate: mendgateVersion(),
      endedMs: Date.parse(events.at(-1)?.at ?? ''),
      files,
      ...without,
    }),
    ...without,
  };
}

/** The runbook as it ran, or why it cannot be had any more. */
async function runbookOf(events: readonly Event[], sha256: (bytes: Buffer) => string): Promise<Buffer | string> {
  const [started] = events;
  if (started?.type !== 'run.started') return 'the run has no beginning';
  const file = started.request?.runbook ?? resolve(started.runbook.file);
  try {
    const bytes = await readFile(file);
    return sha256(bytes) === started.runbook.sha256 ? bytes : `${file} was changed since`;
  } catch {
    return `${file} cannot be read any more`;
  }
}

/** Whether an exported run is as it was written. */
export async function checkExport(bytes: Buffer): Promise<CheckedBundle & { readonly sha256: string }> {
  const [{ checkBundle }, { sha256 }] = await Promise.all([
    import('../journal/bundle/check-bundle.ts'),
    import('../journal/bundle/manifest.ts'),
  ]);
  return { ...checkBundle(bytes), sha256: sha256(bytes) };
}
