import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JsonObject } from '../../src/model/json.ts';
import type { HostOutcome } from '../../src/model/plan.ts';
import { parseRecording } from '../../src/transports/replay/parse-recording.ts';
import type { Recording } from '../../src/transports/replay/recording.ts';
import { replay } from '../../src/transports/replay/replay-transport.ts';
import { extraOf, flagship, onlyOutcome, runMend } from '../run-mend.ts';
import { readTexts, recordingsFolder } from './texts.ts';

// What the lab's guests answered (test/lab/README.md, Recordings).

/** What a recorded run came to; a replay must come to the same. */
export type CameTo = {
  readonly verdict: string;
  readonly reason?: string;
  readonly diagnosis: string;
  /** One line for each change, as planned or made. */
  readonly changes: readonly string[];
  readonly notes: readonly string[];
};

/** One recorded life of a scenario. */
export interface LabRecording extends Recording {
  /** KIND/SCENARIO. */
  readonly name: string;
  readonly about: Recording['about'] & {
    readonly scenario: string;
    readonly params: JsonObject;
    readonly guest: {
      readonly kind: string;
      readonly login: string;
      readonly os: string;
      readonly kernel: string;
      readonly packages: { readonly [name: string]: string };
    };
    readonly expect: { readonly [run: string]: CameTo };
  };
}

/** All recordings, by name. */
export async function loadRecordings(): Promise<readonly LabRecording[]> {
  const files = (await readdir(recordingsFolder, { recursive: true })).filter((file) => file.endsWith('.jsonl')).sort();
  const texts = readTexts();
  return Promise.all(
    files
      .filter((file) => !file.startsWith('texts'))
      .map(async (file) => {
        const recording = parseRecording(await readFile(join(recordingsFolder, file), 'utf8'), (hash) =>
          texts.get(hash),
        );
        // test/lab/record.ts writes `about`.
        return { ...(recording as LabRecording), name: file.replace(/\.jsonl$/, '') };
      }),
  );
}

/** A run of the flagship that was gone through again. */
export interface Replayed {
  readonly came: CameTo;
  readonly outcome: HostOutcome;
  /** What was asked and is not recorded. */
  readonly unrecorded: readonly string[];
  /** Recorded fixes that were not asked for. */
  readonly unasked: readonly string[];
}

/** The flagship once more, on what was recorded of this run. */
export async function replayFlagship({ about, runs }: LabRecording, name: string): Promise<Replayed> {
  const { transport, clock, unrecorded, unasked } = replay(runs.filter((run) => run.name === name));
  const result = await runMend({
    runbook: flagship,
    inventory: ['guest,'],
    extra: extraOf(about.params),
    mode: name === 'dry_run' ? 'dry_run' : 'apply',
    transportFor: () => transport,
    clock,
  });
  const outcome = onlyOutcome(result);
  return { came: cameTo(outcome), outcome, unrecorded, unasked: unasked() };
}

/** What is compared of a run's outcome. */
export function cameTo(outcome: HostOutcome): CameTo {
  const changes = outcome.steps.flatMap((step) => step.items.flatMap((item) => item.changes));
  return {
    verdict: outcome.verdict,
    ...(outcome.reason === undefined ? {} : { reason: outcome.reason }),
    diagnosis: outcome.diagnosis,
    changes: changes.map((change) => change.summary),
    notes: outcome.notes,
  };
}
