// The second door: for authors who test their packs and runbooks without hosts.

import type { Action } from './model/action.ts';
import type { Answer, Command } from './model/command.ts';
import { fillDefaults } from './model/fill-defaults.ts';
import type { Json } from './model/json.ts';
import type { Inspector, Probe } from './model/probe.ts';
import { Unknown } from './model/unknown.ts';

export type { SimulatedAnswer, SimulatedHost } from './model/simulated-host.ts';
export type { Label } from './model/transport.ts';
export { formatRecording } from './transports/replay/format-recording.ts';
export { parseRecording } from './transports/replay/parse-recording.ts';
export { type RecordingTransport, type RecordOptions, recordTransport } from './transports/replay/record-transport.ts';
export type {
  RecordedAnswer,
  RecordedAsk,
  RecordedEntry,
  RecordedFailure,
  RecordedFix,
  RecordedRun,
  Recording,
} from './transports/replay/recording.ts';
export { type Replay, replay } from './transports/replay/replay-transport.ts';
export { simulatedTransport } from './transports/simulated/simulated-transport.ts';

/** What a host answers to a command; what is left out is rc 0 and silence. */
export type Answers = (command: Command) => Partial<Pick<Answer, 'rc' | 'stdout' | 'stderr' | 'truncated'>>;

/** A probe's result for these answers, or the Unknown that it gives. Params get their defaults; they are not validated. */
export async function runProbe(
  probe: Probe,
  params: { readonly [name: string]: unknown },
  answers: Answers,
): Promise<unknown> {
  // The caller gives the params that this probe declares.
  return probe.read(inspectorOf(answers), fillDefaults(probe.params, params) as never);
}

/** What an action would do on a host that answers so: nothing, a change, or it cannot tell. */
export type ActionRun =
  | { readonly kind: 'unknown'; readonly reason: string }
  | { readonly kind: 'ok'; readonly state: Json }
  | {
      readonly kind: 'change';
      readonly state: Json;
      readonly change: Json;
      readonly summary: string;
      readonly commands: readonly Command[];
      /** Absent where its rollback is not `undo`. */
      readonly undo?: readonly Command[];
    };

/** Inspects, decides, and gives the commands for the change and for its undo; runs nothing. */
export async function runAction(
  action: Action,
  params: { readonly [name: string]: unknown },
  answers: Answers,
): Promise<ActionRun> {
  // The caller gives the params that this action declares; a state is JSON or an Unknown (defineAction).
  const filled = fillDefaults(action.params, params) as never;
  const state = (await action.inspect(inspectorOf(answers), filled)) as Json | Unknown;
  if (state instanceof Unknown) return { kind: 'unknown', reason: state.reason };
  const change = action.diff(state, filled);
  if (change === undefined) return { kind: 'ok', state };
  const { rollback } = action;
  return {
    kind: 'change',
    state,
    change,
    summary: action.describe(change),
    commands: action.apply(change),
    ...(rollback.kind === 'undo' ? { undo: rollback.undo(change, state) } : {}),
  };
}

function inspectorOf(answers: Answers): Inspector {
  return {
    since: 0,
    run: async (command) => ({ rc: 0, stdout: '', stderr: '', truncated: false, ms: 0, ...answers(command) }),
  };
}
