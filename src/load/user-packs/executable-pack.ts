import type { Action, Rollback } from '../../model/action.ts';
import { isObject } from '../../model/json.ts';
import type { Pack } from '../../model/pack.ts';
import { defineProbe, type Probe } from '../../model/probe.ts';
import type { Resource } from '../../model/resource.ts';
import type { ObjectSchema, Schema } from '../../model/schema.ts';
import { Unknown } from '../../model/unknown.ts';
import { declarationProblems, type ShapeProblem } from './check-pack.ts';
import { schemaProblems } from './check-schema.ts';
import { converse, type Program } from './converse.ts';
import { executableAction } from './executable-action.ts';

export type Described =
  | { readonly kind: 'pack'; readonly pack: Pack }
  | { readonly kind: 'problems'; readonly problems: readonly ShapeProblem[] };

/** Asks an executable what it has: the probes and actions that it declares, as a pack. */
export async function describeProgram(program: Program): Promise<Described> {
  const reply = await program.ask({ ask: 'describe' });
  if (reply.kind === 'failed') return { kind: 'problems', problems: [{ message: `asked what it has, ${reply.why}` }] };
  const problems = descriptionProblems(reply.value);
  if (problems.length > 0) return { kind: 'problems', problems };
  // Just checked.
  const { pack: name, probes = [], actions = [] } = reply.value as Description;
  return {
    kind: 'pack',
    pack: {
      name,
      probes: probes.map((probe) => executableProbe(program, probe)),
      actions: actions.map(
        (action): Action =>
          executableAction(program, {
            ...action,
            reads: resources(action.reads),
            rollback: rollbackOf(action.rollback),
          }),
      ),
    },
  };
}

interface Description {
  readonly pack: string;
  readonly probes?: readonly DescribedProbe[];
  readonly actions?: readonly DescribedAction[];
}
interface DescribedCallable {
  readonly name: string;
  readonly summary: string;
  readonly params: ObjectSchema;
  /** Resources; `{param}` stands for that param's text. */
  readonly reads?: readonly string[];
}
interface DescribedProbe extends DescribedCallable {
  readonly result: Schema;
  /** Its questions tell the time of the last change: for what reads logs. */
  readonly since?: boolean;
}
interface DescribedAction extends DescribedCallable {
  readonly rollback?: 'undo' | { readonly nothing: string } | { readonly irreversible: string };
}

function descriptionProblems(value: unknown): readonly ShapeProblem[] {
  if (!isObject(value)) return [{ message: 'asked what it has, it must print { pack, probes, actions }' }];
  const { pack, probes = [], actions = [] } = value;
  return [
    ...unknownKeys(value, ['pack', 'probes', 'actions'], 'it'),
    ...(typeof pack === 'string' && /^[a-z][a-z0-9_-]*$/.test(pack)
      ? []
      : [{ message: 'its `pack` must be a short word: the name of the pack' }]),
    ...callables('probes', probes, (probe) => [
      ...unknownKeys(probe, ['name', 'summary', 'params', 'result', 'reads', 'since'], 'a probe'),
      ...schemaProblems(probe['result'], 'result').map((message) => ({ message })),
    ]),
    ...callables('actions', actions, (action) => [
      ...unknownKeys(action, ['name', 'summary', 'params', 'reads', 'rollback'], 'an action'),
      ...rollbackProblems(action['rollback']),
    ]),
  ];
}

type Entry = Readonly<Record<string, unknown>>;

function callables(
  list: 'probes' | 'actions',
  value: unknown,
  check: (entry: Entry) => readonly ShapeProblem[],
): readonly ShapeProblem[] {
  if (!Array.isArray(value)) return [{ message: `its \`${list}\` must be a list` }];
  return value.flatMap((entry: unknown, index): readonly ShapeProblem[] => {
    if (!isObject(entry)) return [{ message: `${list}[${index}] must be an object` }];
    const where = typeof entry['name'] === 'string' ? entry['name'] : `${list}[${index}]`;
    const problems = [
      ...declarationProblems(entry),
      ...check(entry),
      ...readsProblems(entry['reads']),
      ...secretProblems(entry['params']),
    ];
    return problems.map((problem) => ({ ...problem, message: `${where}: ${problem.message}` }));
  });
}

function unknownKeys(value: Entry, known: readonly string[], what: string): readonly ShapeProblem[] {
  return Object.keys(value)
    .filter((key) => !known.includes(key))
    .map((key) => ({ message: `${what} has no \`${key}\``, help: `it has ${known.join(', ')}` }));
}

function readsProblems(reads: unknown): readonly ShapeProblem[] {
  if (reads === undefined || (Array.isArray(reads) && reads.every((entry) => typeof entry === 'string'))) return [];
  return [{ message: "its `reads` must be a list of resources, like 'file:{path}'" }];
}

function secretProblems(params: unknown): readonly ShapeProblem[] {
  if (!JSON.stringify(params ?? null).includes('"secret":true')) return [];
  return [{ message: 'an executable cannot take secrets', help: 'use a pack in TypeScript for that' }];
}

function rollbackProblems(rollback: unknown): readonly ShapeProblem[] {
  if (rollback === undefined || rollback === 'undo') return [];
  const [[kind, why] = [], ...more] = isObject(rollback) ? Object.entries(rollback) : [];
  if (more.length === 0 && (kind === 'nothing' || kind === 'irreversible') && typeof why === 'string') return [];
  return [{ message: 'its `rollback` must be "undo", { "nothing": why } or { "irreversible": why }' }];
}

function rollbackOf(
  rollback: DescribedAction['rollback'] = 'undo',
): 'undo' | Exclude<Rollback<never, never>, { kind: 'undo' | 'again' }> {
  if (rollback === 'undo') return 'undo';
  return 'nothing' in rollback
    ? { kind: 'nothing', why: rollback.nothing }
    : { kind: 'irreversible', why: rollback.irreversible };
}

function resources(reads: readonly string[] = ['*']): (params: unknown) => readonly Resource[] {
  return (params) =>
    reads.map((entry) =>
      entry.replace(/\{(\w+)\}/g, (_, name: string) => String((isObject(params) ? params[name] : undefined) ?? '*')),
    );
}

function executableProbe(program: Program, described: DescribedProbe): Probe {
  const { name, summary, params, result, since } = described;
  return defineProbe({
    name,
    summary,
    params,
    result,
    reads: resources(described.reads),
    read: async (host, given) => {
      const asked = { ask: 'probe', name, params: given, ...(since === true ? { since: host.since } : {}) };
      const reply = await converse(program, asked, host);
      if (reply instanceof Unknown) return reply;
      if (!('result' in reply)) return new Unknown(`${name} is broken: it replied with neither commands nor a result`);
      // guardPack holds it to its schema.
      return reply['result'];
    },
  });
}
