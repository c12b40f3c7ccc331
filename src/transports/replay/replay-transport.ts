import type { Clock } from '../../model/clock.ts';
import { HostFailure } from '../../model/host-failure.ts';
import type { Connection, Transport } from '../../model/transport.ts';
import { unsendable } from '../../shell/render.ts';
import { toAnswer } from '../simulated/answer-label.ts';
import { lockAnswer } from '../simulated/locks.ts';
import type { RecordedFailure, RecordedRun } from './recording.ts';
import { replayClock } from './replay-clock.ts';
import { ReplayedHost } from './replayed-host.ts';

/** Hosts that answer from recordings, and a clock that goes with them. */
export interface Replay {
  readonly transport: Transport;
  readonly clock: Clock;
  /** Everything that was asked and is not recorded, as sentences; a run that went as recorded leaves it empty. */
  readonly unrecorded: readonly string[];
  /** Every recorded fix that was not asked for so far, as sentences; empty after a run that went as recorded. */
  unasked(): readonly string[];
}

/**
 * Goes through recorded runs again, one per host. Answers are found by what is asked for and by how many fixes were made
 * before; where one question was asked several times, they come in order, and the last one stays. A question that is not
 * recorded fails, and is told in `unrecorded`: no answer is made up.
 */
export function replay(runs: readonly RecordedRun[]): Replay {
  const unrecorded: string[] = [];
  const hosts = new Map(runs.map((run) => [run.host, new ReplayedHost(run, (problem) => unrecorded.push(problem))]));
  const transport: Transport = {
    name: 'replay',
    async open(host, { signal }) {
      if (signal.aborted) throw new HostFailure('cancelled', 'cancelled while connecting');
      const recorded = hosts.get(host.name);
      if (recorded === undefined) throw new HostFailure('dns', `${host.name} is not in the recording`);
      const refused = recorded.open();
      if (refused !== undefined) throw hostFailure(refused);
      return connectionTo(recorded);
    },
    async close() {},
  };
  return {
    transport,
    clock: replayClock(Math.max(0, ...runs.map((run) => run.startedAt))),
    unrecorded,
    unasked: () => [...hosts.values()].flatMap((host) => host.unasked()),
  };
}

function connectionTo(host: ReplayedHost): Connection {
  let closed = false;
  const gone = (): HostFailure => new HostFailure('cancelled', 'the connection was closed');
  return {
    hostKey: undefined,
    async run(request) {
      if (closed) throw gone();
      const problem = unsendable(request.command);
      if (problem !== undefined) throw new HostFailure('command', problem);
      if (request.label.kind === 'lock') return toAnswer(lockAnswer(host, request.label));
      const outcome = host.ask(request);
      if ('phase' in outcome) throw hostFailure(outcome);
      return { ...outcome, ms: 0 };
    },
    async fix(request) {
      if (closed) return { kind: 'not_started', failure: gone() };
      const { kind, answers, failed } = host.fix(request);
      if (kind === 'ended') return { kind, answers };
      const failure = hostFailure(failed ?? { phase: 'lost', message: 'the recording does not say why' });
      return kind === 'unknown' ? { kind, failure, answers } : { kind, failure };
    },
    async adopt() {
      const failure = new HostFailure('lost', 'a recording holds no markers');
      return { kind: 'unknown', failure, answers: [], asked: true };
    },
    bootId: () => undefined,
    async greeted() {
      if (closed) throw gone();
    },
    async close() {
      closed = true;
    },
  };
}

function hostFailure({ phase, message, help }: RecordedFailure): HostFailure {
  return new HostFailure(phase, message, help);
}
