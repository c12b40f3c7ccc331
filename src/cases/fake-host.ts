import { fillBlanks, withoutNulls } from '../model/blank.ts';
import type { CaseHost } from '../model/case-file.ts';
import { clipped } from '../model/clipped.ts';
import type { Clock } from '../model/clock.ts';
import type { Answer } from '../model/command.ts';
import type { Event } from '../model/event.ts';
import { canonicalJson, isObject, type Json, type JsonObject } from '../model/json.ts';
import type { ProbeDeclaration } from '../model/pack.ts';
import type { PlannedChange } from '../model/plan.ts';
import type { Question, Reader } from '../model/reader.ts';
import type { Schema } from '../model/schema.ts';
import type { Connection, FixRequest, Transport } from '../model/transport.ts';
import { Unknown } from '../model/unknown.ts';
import { asWanted } from './fake-actions.ts';
import { FakeDeadMen } from './fake-dead-men.ts';
import { findAnswer } from './find-answer.ts';

/** A reading of a case's host that was answered with a value. */
export interface Answered {
  readonly question: Question;
  readonly value: Json;
}

export interface FakeHostOptions {
  readonly probes: ReadonlyMap<string, ProbeDeclaration>;
  /** What is wrong with a probe's result; empty: it has the shape that the probe declares. */
  readonly misfits: (probe: ProbeDeclaration, result: Json) => readonly string[];
  readonly clock: Clock;
  /** Turns an answer into another one. Params count for less then: see `FindOptions.loose`. */
  readonly alter?: (answered: Answered) => Json;
}

/** A change that stands on the host. */
interface Standing {
  readonly action: string;
  readonly params: string;
  readonly change: string;
  /** On which host, where that is another. */
  readonly on: string | undefined;
}

/**
 * One host of one run of a case. Readings are answered by the case; fixes do nothing but stand: from then on their actions
 * see what they wanted, until it is undone, and the answers of `after` count.
 */
export class FakeHost {
  readonly reader: Reader;
  readonly transport: Transport;
  /** Everything that was asked and could be answered, in order. */
  readonly answered: Answered[] = [];
  /** Everything that was asked and has no answer, or one of another shape, as sentences. */
  readonly problems: string[] = [];
  readonly #host: CaseHost;
  readonly #options: FakeHostOptions;
  readonly #made: string[] = [];
  readonly #deadMen = new FakeDeadMen();
  #standing: Standing[] = [];
  #due: readonly Standing[] = [];
  #alternative: string | undefined;

  constructor(host: CaseHost, options: FakeHostOptions) {
    this.#host = host;
    this.#options = options;
    this.reader = async (question) => this.#answer(question);
    this.transport = { name: 'case', open: async () => this.#connection(), close: async () => undefined };
  }

  /** Hears which fix is made, and which is taken back. */
  readonly hear = (event: Event): void => {
    switch (event.type) {
      case 'fix.intent':
        this.#due = event.changes.map(standing);
        this.#alternative = event.alternative;
        return;
      case 'fix.result':
        if (event.outcome !== 'done') return;
        this.#made.push(event.step);
        if (this.#alternative !== undefined) this.#made.push(`${event.step}.${this.#alternative}`);
        return;
      case 'rollback.result':
        if (event.done) this.#forget(event.step);
        return;
      default:
        return;
    }
  };

  #forget(step: string): void {
    const kept = this.#made.filter((made) => made !== step && !made.startsWith(`${step}.`));
    this.#made.splice(0, this.#made.length, ...kept);
  }

  #answer(question: Question): Json | Unknown {
    const { label } = question;
    const { alter } = this.#options;
    const params = canonicalJson(label.params);
    if (label.kind === 'inspect' && this.#stands(question, params)) {
      return asWanted;
    }
    const said = findAnswer(this.#host, question, { made: this.#made, loose: alter !== undefined });
    if (said === undefined) return this.#unanswered(question);
    if ('unknown' in said) return new Unknown(said.unknown);
    const value = this.#whole(question, said.value);
    this.answered.push({ question, value });
    return alter === undefined ? value : alter({ question, value });
  }

  #stands({ label, on }: Question, params: string): boolean {
    return this.#standing.some((one) => one.action === label.name && one.params === params && one.on === on);
  }

  /** A probe's answer has its declared shape; what the case leaves out of it is as it was asked, or blank. */
  #whole(question: Question, said: Json): Json {
    const probe = question.label.kind === 'probe' ? this.#options.probes.get(question.label.name) : undefined;
    const value = withoutNulls(said);
    if (probe === undefined) return value;
    const filled = fillBlanks(withAsked(value, probe.result, question.label.params), probe.result);
    for (const misfit of this.#options.misfits(probe, filled)) {
      this.#tell(`the answer of ${nameOf(question)} is none of its kind: ${misfit}`);
    }
    return filled;
  }

  #unanswered(question: Question): Unknown {
    const { kind, name, params } = question.label;
    const shown = clipped(canonicalJson(params));
    const where = kind === 'inspect' ? `states: { ${name}: … }` : `answers: { ${name}: … }`;
    this.#tell(`the host is asked for ${kind} ${nameOf(question)} ${shown}, and the case has no answer: add ${where}`);
    return new Unknown('the case has no answer');
  }

  #tell(problem: string): void {
    if (!this.problems.includes(problem)) this.problems.push(problem);
  }

  #connection(): Connection {
    return {
      hostKey: undefined,
      run: async ({ label }) =>
        label.kind === 'clock' ? silent(0, `${Math.floor(this.#options.clock.now() / 1000)}\n`) : silent(0, ''),
      fix: async (request) => ({ kind: 'ended', answers: this.#fix(request) }),
      adopt: async () => ({ kind: 'ended', answers: [] }),
      bootId: () => undefined,
      close: async () => undefined,
    };
  }

  /** All of the fix that is due, as a dead man's switch does. */
  #takeBack(): void {
    this.#standing = this.#standing.filter((one) => !this.#due.includes(one));
  }

  #fix({ parts }: FixRequest): readonly Answer[] {
    const answers: Answer[] = [];
    for (const { label, commands } of parts) {
      if (label.kind === 'dead_man') {
        answers.push(
          silent(
            0,
            this.#deadMen.answer(label, () => this.#takeBack()),
          ),
        );
        continue;
      }
      const failing = label.kind === 'apply' ? this.#host.failing[label.name] : undefined;
      if (failing !== undefined) return [...answers, { ...silent(failing.rc, ''), stderr: failing.stderr }];
      answers.push(...commands.map(() => silent(0, '')));
      const { name } = label;
      const change = canonicalJson(label.params['change'] ?? null);
      if (label.kind === 'undo') {
        this.#standing = this.#standing.filter((one) => one.action !== name || one.change !== change);
      } else {
        // Neighbours that were merged into one part stand for all changes of their action.
        const own = this.#due.filter((one) => one.action === name);
        const exact = own.filter((one) => one.change === change);
        this.#standing.push(...(exact.length > 0 ? exact : own));
      }
    }
    return answers;
  }
}

function standing({ action, params, change, on }: PlannedChange): Standing {
  return { action, params: canonicalJson(params), change: canonicalJson(change), on };
}

/** Many results repeat what they were asked for: url, path, port. */
function withAsked(value: Json, schema: Schema, params: JsonObject): Json {
  if (schema.type !== 'object' || !isObject(value)) return value;
  const given = value as JsonObject;
  const asked = (schema.required ?? []).flatMap((name) => {
    const param = params[name];
    const same =
      (schema.properties[name]?.type === 'integer' ? 'number' : schema.properties[name]?.type) === typeof param;
    return param === undefined || !same || name in given ? [] : [[name, param] as const];
  });
  return { ...given, ...Object.fromEntries(asked) };
}

function nameOf({ label, site }: Question): string {
  return site === undefined ? label.name : `${label.name} (${site})`;
}

function silent(rc: number, stdout: string): Answer {
  return { rc, stdout, stderr: '', truncated: false, ms: 0 };
}
