import type { StepOutcome } from '../model/result.ts';
import { needsLook } from '../model/result.ts';
import { createTally, type HostEnd, type RunSummary } from '../model/run-summary.ts';
import { safeLine } from '../model/safe-text.ts';
import { createLines } from './lines.ts';
import type { Outputs, Reporter, ReporterOptions } from './reporter.ts';

/** Lines on the way, and at the end the recap that programs have learned to scrape, instead of our own summary. */
export function createAnsible(outputs: Outputs, options: ReporterOptions): Reporter {
  const tally = createTally();
  const lines = createLines({ ...outputs, stdout: { ...outputs.stdout, write: () => {} } }, options);
  let closed = false;
  return {
    ...lines,
    emit(event) {
      tally.take(event);
      lines.emit(event);
    },
    async close() {
      if (closed) return;
      closed = true;
      await lines.close();
      const summary = tally.summary();
      if (summary.started !== undefined) outputs.stdout.write(printRecap(summary));
    },
  };
}

/** As Ansible's default callback writes it: the same columns, the same names, hosts by name. */
export function printRecap({ hosts, started }: RunSummary): string {
  const undo = started?.request?.kind === 'undo';
  const sorted = [...hosts].sort((a, b) => (a.host < b.host ? -1 : 1));
  const lines = sorted.map((host) => {
    const counts = Object.entries(countsOf(host, undo)).map(([name, count]) => `${name}=${String(count).padEnd(4)}`);
    return `${safeLine(host.host).padEnd(26)} : ${counts.join(' ')}`;
  });
  return ['', 'PLAY RECAP '.padEnd(80, '*'), ...lines, '', ''].join('\n');
}

/** What a step was, for whoever thinks in tasks. What a dry run would change counts as changed, as with `--check`. */
const columns: { readonly [O in StepOutcome]: 'ok' | 'changed' | 'failed' | 'skipped' } = {
  ok: 'ok',
  changed: 'changed',
  would_change: 'changed',
  skipped: 'skipped',
  failed: 'failed',
  rolled_back: 'failed',
  unknown: 'failed',
  undetermined: 'failed',
  unreachable: 'failed',
};

function countsOf(host: HostEnd, undo: boolean) {
  // An undo is there to roll back.
  const ends = host.steps.map(({ result: { outcome } }) =>
    undo && outcome === 'rolled_back' ? 'changed' : columns[outcome],
  );
  const count = (column: string): number => ends.filter((end) => end === column).length;
  const unreachable = host.verdict === 'unreachable';
  // A scraper looks for `failed=0`: it must not find that where somebody has to look.
  const bad = !unreachable && (needsLook(host.verdict, undo) || host.verdict === 'not_started');
  const failed = Math.max(unreachable ? 0 : count('failed'), bad ? 1 : 0);
  return {
    ok: count('ok') + count('changed'),
    changed: count('changed'),
    unreachable: unreachable ? 1 : 0,
    failed,
    skipped: count('skipped'),
    rescued: 0,
    ignored: 0,
  };
}
