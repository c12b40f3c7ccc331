import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { mend } from '../../src/mend.ts';
import type { JsonObject } from '../../src/model/json.ts';
import type { HostOutcome } from '../../src/model/plan.ts';
import { parseRecording } from '../../src/transports/replay/parse-recording.ts';
import type { Recording } from '../../src/transports/replay/recording.ts';
import { replay } from '../../src/transports/replay/replay-transport.ts';
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
  readonly unrecorded: readonly string[];
}

/** The flagship once more, on what was recorded of this run. */
export async function replayFlagship({ about, runs }: LabRecording, name: string): Promise<Replayed> {
  const { transport, clock, unrecorded } = replay(runs.filter((run) => run.name === name));
  const never = new AbortController().signal;
  const end = await mend({
    runbook: resolve('runbooks/nginx-502-permission-denied.yaml'),
    inventory: ['guest,'],
    limit: undefined,
    extra: new Map(
      Object.entries(about.params).map(([param, value]) => [
        param,
        typeof value === 'string' ? value : JSON.stringify(value),
      ]),
    ),
    mode: name === 'dry_run' ? 'dry_run' : 'apply',
    forks: 1,
    reach: { hostKeyPolicy: 'strict', onWarning: () => undefined },
    becomeByDefault: false,
    tags: [],
    skipTags: [],
    startAt: undefined,
    expectHosts: undefined,
    detailedExitCode: false,
    sinks: [],
    onPlan: () => undefined,
    approvePlan: async () => true,
    approve: async () => true,
    stopping: never,
    aborting: never,
    transportFor: () => transport,
    clock,
  });
  const outcome = end.kind === 'ran' ? end.result.outcomes[0] : undefined;
  if (outcome === undefined) throw new Error(`the flagship did not run: ${JSON.stringify(end)}`);
  return { came: cameTo(outcome), outcome, unrecorded };
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
