import { inspect } from 'node:util';
import type { Action } from '../../model/action.ts';
import { HostFailure } from '../../model/host-failure.ts';
import type { Json } from '../../model/json.ts';
import type { Pack } from '../../model/pack.ts';
import type { Inspector, Probe } from '../../model/probe.ts';
import { timeWanted } from '../../model/time-wanted.ts';
import { Unknown } from '../../model/unknown.ts';
import { describeViolations } from '../describe-violation.ts';
import { toJsonSchema } from '../json-schema.ts';
import { paramsValidator } from '../validators.ts';
import { checkingCommands, commandProblem } from './check-command.ts';
import { shortName } from './pack-problem.ts';
import { limited } from './time-limit.ts';

/**
 * A pack whose mistakes stay on the host where they happen: what its code throws, answers that do not fit what it declares,
 * and those that do not come become unknowns with that reason. Its probes count as declared, not proved, read-only.
 */
export function guardPack(pack: Pack): Pack {
  return { name: pack.name, probes: pack.probes.map(guardProbe), actions: pack.actions.map(guardAction) };
}

function guardProbe(probe: Probe): Probe {
  return {
    ...probe,
    declared: true,
    reads: (params) => attempt(() => probe.reads(params)) ?? ['*'],
    fingerprint: (result) => attempt(() => probe.fingerprint(result)) ?? result,
    trace: (params) => attempt(() => probe.trace(params)),
    read: (host, params) =>
      contained(probe.name, host, async (timed) => {
        const value = await probe.read(timed, params);
        if (value instanceof Unknown) return value;
        const plain = plainJson(value);
        const problem = misfit(probe, plain);
        return problem === undefined
          ? plain
          : new Unknown(`${probe.name}: its result does not fit what it declares: ${problem}`);
      }),
  };
}

function misfit({ result }: Probe, value: unknown): string | undefined {
  const violations = paramsValidator(result)(value);
  if (violations.length === 0) return undefined;
  const schema = toJsonSchema(result, { interpolated: false });
  const problems = describeViolations(violations, { schema, value, prefix: 'result' });
  return problems
    .slice(0, 3)
    .map(({ path, message }) => `${path.join('.')} ${message}`.trim())
    .join('; ');
}

function guardAction(action: Action): Action {
  const { diffAfter, busy, rebase } = action;
  return {
    ...action,
    reads: (params) => attempt(() => action.reads(params)) ?? ['*'],
    inspect: (host, params) => contained(action.name, host, (timed) => rehearsed(action, timed, params)),
    diffAfter:
      diffAfter === undefined
        ? undefined
        : (state, params, touched) => {
            try {
              return rehearsedChange(action, state, diffAfter(state, params, touched));
            } catch (error) {
              return broken(action.name, error);
            }
          },
    predict: (change, probe) => attempt(() => action.predict(change, probe)),
    merge: (changes) => attempt(() => action.merge(changes)) ?? changes,
    busy:
      busy === undefined
        ? undefined
        : (host, change) =>
            unlessBroken(() => limited(action.name, host, async (timed) => busy(checkingCommands(timed), change))),
    nothingDone: (answer) => attempt(() => action.nothingDone(answer)),
    same: (before, now) => attempt(() => action.same(before, now)) ?? false,
    rebase: rebase === undefined ? undefined : (before, now, params) => attempt(() => rebase(before, now, params)),
  };
}

/** Its state; what would be asked of the pack later, in the middle of a run, is asked once now, when nothing has happened yet. */
async function rehearsed(action: Action, host: Inspector, params: never): Promise<unknown> {
  // A state is JSON or an Unknown: defineAction's types hold every action to it.
  const state = (await action.inspect(host, params)) as Json | Unknown;
  if (state instanceof Unknown) return state;
  rehearsedChange(action, state, action.diff(state, params));
  return state;
}

/** The change, once all that the pack says of it is in order. */
function rehearsedChange(action: Action, state: Json, change: Json | Unknown | undefined): Json | Unknown | undefined {
  if (change === undefined || change instanceof Unknown) return change;
  if (typeof action.describe(change) !== 'string') throw new TypeError('describe gives no text');
  const touches: unknown = action.touches(change);
  if (!Array.isArray(touches) || !touches.every((resource) => typeof resource === 'string'))
    throw new TypeError('touches gives no list of resources');
  action.contents(change);
  refuseUnsendable('apply', action.apply(change));
  if (action.rollback.kind === 'undo') refuseUnsendable('undo', action.rollback.undo(change, state));
  return change;
}

function refuseUnsendable(member: string, commands: unknown): void {
  if (!Array.isArray(commands)) throw new TypeError(`${member} gives no list of commands`);
  for (const command of commands as readonly unknown[]) {
    const problem = commandProblem(command);
    if (problem !== undefined) throw new TypeError(`${member}: ${problem}`);
  }
}

async function contained(
  name: string,
  host: Inspector,
  look: (timed: Inspector) => Promise<unknown>,
): Promise<unknown> {
  try {
    return await limited(name, host, (timed) => look(checkingCommands(timed)));
  } catch (error) {
    return broken(name, error);
  }
}

/** What the engine itself throws through a pack goes on; what the pack's own code throws becomes an unknown. */
function broken(name: string, error: unknown): Unknown {
  if (ofEngine(error)) throw error;
  return new Unknown(`${name} is broken: ${wordsOf(error)}`);
}

function ofEngine(error: unknown): boolean {
  return error instanceof HostFailure || error === timeWanted;
}

/** Anything can be thrown, even what cannot be made a text. */
function wordsOf(error: unknown): string {
  try {
    if (error instanceof Error) return `${error.name}: ${error.message}${whereOf(error)}`;
    return `it throws ${inspect(error, { depth: 1, breakLength: Number.POSITIVE_INFINITY }).slice(0, mostWords)}`;
  } catch {
    return 'it throws something that has no text';
  }
}

/** Characters of a thrown thing that are told. */
const mostWords = 200;

async function unlessBroken<T>(work: () => Promise<T | Unknown>): Promise<T | undefined> {
  try {
    const value = await work();
    return value instanceof Unknown ? undefined : value;
  } catch (error) {
    if (ofEngine(error)) throw error;
    return undefined;
  }
}

/** ` (packs/app.ts:12:5)`. */
function whereOf({ stack = '' }: Error): string {
  const [, file = '', place = ''] = /(file:\/\/[^\s():]+):(\d+:\d+)/.exec(stack) ?? [];
  return file === '' ? '' : ` (${shortName(decodeURI(file))}:${place})`;
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

function plainJson(value: unknown): unknown {
  const text = JSON.stringify(value);
  return text === undefined ? undefined : JSON.parse(text);
}
