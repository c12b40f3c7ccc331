import { clipped } from '../../model/clipped.ts';
import type { Answer } from '../../model/command.ts';
import { canonicalJson } from '../../model/json.ts';
import type { Become } from '../../model/runbook.ts';
import type { FixRequest, Label, LaneRequest } from '../../model/transport.ts';
import { overTheWire } from '../simulated/answer-label.ts';
import { CommandOrder, firstDifference, keyOf } from './label-key.ts';
import type { RecordedAnswer, RecordedAsk, RecordedFailure, RecordedFix, RecordedRun } from './recording.ts';

/** Answers to one question between two fixes: one list for each of its commands. */
interface Question {
  readonly label: Label;
  readonly become: Become;
  readonly commands: RecordedAsk['outcome'][][];
  readonly order: CommandOrder;
  readonly asked: Map<number, number>;
}

/** How a fix came out, its answers in one list as a connection gives them. */
interface FixEnd {
  readonly kind: RecordedFix['kind'];
  readonly answers: readonly Answer[];
  readonly failed?: RecordedFailure;
}

/** One recorded host. It knows how many fixes it has seen, and what it said then. */
export class ReplayedHost {
  /** One map for the time before the first fix, one for after it, …; by key. */
  readonly #epochs: Map<string, Question>[] = [new Map()];
  readonly #fixes: RecordedFix[] = [];
  readonly #opens: (RecordedFailure | undefined)[] = [];
  readonly #tell: (problem: string) => void;
  readonly #cut: boolean;
  #epoch = 0;
  #opened = 0;

  /** `tell` hears of everything that is asked and not recorded. */
  constructor(run: RecordedRun, tell: (problem: string) => void) {
    this.#tell = tell;
    this.#cut = run.cut === true;
    for (const entry of run.entries) {
      switch (entry.type) {
        case 'open':
          this.#opens.push(entry.failed);
          break;
        case 'fix':
          this.#fixes.push(entry);
          this.#epochs.push(new Map());
          break;
        case 'ask':
          this.#keep(entry);
          break;
      }
    }
  }

  /** Why this connection could not be opened, when it could not. */
  open(): RecordedFailure | undefined {
    const outcome = this.#opens[Math.min(this.#opened, this.#opens.length - 1)];
    this.#opened += 1;
    return outcome;
  }

  ask({ label: sent, command, become }: LaneRequest): RecordedAnswer | RecordedFailure {
    const label = overTheWire(sent);
    const question = this.#find(label, become);
    const number = question?.order.numberOf(command) ?? 0;
    const outcomes = question?.commands[number];
    const times = question?.asked.get(number) ?? 0;
    const outcome = outcomes?.[Math.min(times, outcomes.length - 1)];
    if (outcome === undefined) return this.#refuse(this.#notRecorded(label, become, number));
    question?.asked.set(number, times + 1);
    return outcome;
  }

  fix({ parts, become }: FixRequest): FixEnd {
    const recorded = this.#fixes[this.#epoch];
    const asked = parts.map((part) => overTheWire(part.label));
    if (recorded === undefined || !sameParts(recorded, asked, become)) {
      const next =
        recorded === undefined
          ? 'no further fix is recorded'
          : `recorded is ${namesOf(recorded.parts.map((part) => part.label))}`;
      const message = `the recording has no fix ${namesOf(asked)} here: ${next}${this.#cutHint()}`;
      return { kind: 'not_started', answers: [], failed: this.#refuse(message) };
    }
    this.#epoch += 1;
    const answers = recorded.parts.flatMap((part, at) =>
      recorded.kind === 'ended' ? fitted(part.answers, parts[at]?.commands.length ?? 0) : part.answers.map(timed),
    );
    return { kind: recorded.kind, answers, ...(recorded.failed === undefined ? {} : { failed: recorded.failed }) };
  }

  /** The recorded fixes that nobody has asked for, as sentences. */
  unasked(): readonly string[] {
    return this.#fixes
      .slice(this.#epoch)
      .map(({ parts }) => `nobody asked for the recorded fix ${namesOf(parts.map(({ label }) => label))}`);
  }

  #keep({ label, become, command, outcome }: RecordedAsk): void {
    const epoch = this.#epochs.at(-1);
    const key = keyOf(label, become);
    const question: Question = epoch?.get(key) ?? {
      label,
      become,
      commands: [],
      order: new CommandOrder(),
      asked: new Map(),
    };
    epoch?.set(key, question);
    const outcomes = question.commands[command] ?? [];
    question.commands[command] = outcomes;
    outcomes.push(outcome);
  }

  /** The question itself, or the only one that differs in nothing that both sides know. */
  #find(label: Label, become: Become): Question | undefined {
    const epoch = this.#epochs[this.#epoch];
    const exact = epoch?.get(keyOf(label, become));
    if (exact !== undefined || epoch === undefined) return exact;
    const alike = [...epoch.values()].filter(
      (question) =>
        question.label.kind === label.kind &&
        question.label.name === label.name &&
        question.become === become &&
        firstDifference(label.params, question.label.params) === undefined,
    );
    return alike.length === 1 ? alike[0] : undefined;
  }

  #refuse(message: string): RecordedFailure {
    this.#tell(message);
    return { phase: 'command', message };
  }

  #notRecorded(label: Label, become: Become, command: number): string {
    const asked = `${described(label, become)}${command === 0 ? '' : `, command ${command + 1}`}`;
    const fixes = this.#epoch === 0 ? 'before any fix' : `after fix ${this.#epoch}`;
    const near = this.#nearest(label, become);
    const known = near.length === 0 ? `no ${label.kind} ${label.name} is recorded` : `recorded: ${near.join('; ')}`;
    return `the recording has no answer to ${asked} ${fixes}; ${known}${this.#cutHint()}`;
  }

  /** Up to three recorded questions of that name, those of the same time first, each with what differs. */
  #nearest(label: Label, become: Become): readonly string[] {
    const found = this.#epochs.flatMap((epoch, at) =>
      [...epoch.values()]
        .filter((question) => question.label.kind === label.kind && question.label.name === label.name)
        .map((question) => ({ question, at, distance: Math.abs(at - this.#epoch) })),
    );
    return found
      .sort((one, other) => one.distance - other.distance)
      .slice(0, 3)
      .map(({ question, at }) => {
        const difference = firstDifference(label.params, question.label.params);
        const how = [
          ...(difference === undefined
            ? []
            : [`${difference.path} ${shown(difference.recorded)} instead of ${shown(difference.asked)}`]),
          ...(question.become === become ? [] : [`as ${question.become || 'the login user'}`]),
          ...(at === this.#epoch ? [] : [at === 0 ? 'before any fix' : `after fix ${at}`]),
        ];
        return how.length === 0 ? 'the same with fewer commands' : how.join(', ');
      });
  }

  #cutHint(): string {
    return this.#cut ? ' (the recording was cut at its limit)' : '';
  }
}

function sameParts(recorded: RecordedFix, asked: readonly Label[], become: Become): boolean {
  return (
    recorded.become === become &&
    recorded.parts.length === asked.length &&
    recorded.parts.every(({ label }, at) => {
      const other = asked[at];
      const same = other?.kind === label.kind && other.name === label.name;
      return same && firstDifference(other.params, label.params) === undefined;
    })
  );
}

/** A part's answers for as many commands as it has today: a part that went well did so in any number of commands. */
function fitted(answers: readonly RecordedAnswer[], commands: number): readonly Answer[] {
  if (answers.length === 0 || commands === 0) return [];
  const bad = answers.findIndex((answer) => answer.rc !== 0);
  if (bad >= 0) return [...answers.slice(0, Math.min(bad, commands - 1)), ...answers.slice(bad, bad + 1)].map(timed);
  const silent: RecordedAnswer = { rc: 0, stdout: '', stderr: '', truncated: false };
  return Array.from({ length: commands }, (_, at) => timed(answers[at] ?? silent));
}

function timed(answer: RecordedAnswer): Answer {
  return { ...answer, ms: 0 };
}

function described(label: Label, become: Become): string {
  return `${label.kind} ${label.name} ${shown(label.params)}${become === false ? '' : ` as ${become}`}`;
}

function namesOf(labels: readonly Label[]): string {
  return labels.map((label) => `${label.kind} ${label.name} ${shown(label.params)}`).join(' + ');
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : clipped(canonicalJson(value));
}
