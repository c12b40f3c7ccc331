import { isObject } from '../../model/json.ts';
import type { Catalog, Pack } from '../../model/pack.ts';
import { schemaProblems } from './check-schema.ts';

/** One thing wrong with a pack's value. */
export interface ShapeProblem {
  readonly message: string;
  readonly help?: string;
  /** The probe or action it is about. */
  readonly callable?: string;
}

const callablePattern = /^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$/;
const probeMembers = ['reads', 'fingerprint', 'trace', 'read'];
const actionMembers = [
  'reads',
  'touches',
  'inspect',
  'diff',
  'describe',
  'contents',
  'predict',
  'apply',
  'merge',
  'nothingDone',
  'same',
];
const rollbackKinds = ['undo', 'again', 'nothing', 'irreversible'];

/** What is wrong with the value that a module exports as a pack: empty when it is one. */
export function packProblems(value: unknown): readonly ShapeProblem[] {
  if (!isObject(value)) return [{ message: 'a pack is an object: { name, probes, actions }' }];
  const { name, probes = [], actions = [] } = value;
  return [
    ...(typeof name === 'string' && /^[a-z][a-z0-9_-]*$/.test(name)
      ? []
      : [{ message: "its `name` must be a short word, like 'app'" }]),
    ...Object.keys(value)
      .filter((key) => !['name', 'probes', 'actions'].includes(key))
      .map((key) => ({ message: `a pack has no \`${key}\``, help: 'it has name, probes and actions' })),
    ...callables('probes', probes, probeProblems),
    ...callables('actions', actions, actionProblems),
  ];
}

/** A pack whose parts may be left out, as one with all of them. Only after {@link packProblems} found nothing. */
export function wholePack(value: unknown): Pack {
  const { name, probes = [], actions = [] } = value as Pick<Pack, 'name'> & Partial<Pack>;
  return { name, probes, actions };
}

type Callable = Readonly<Record<string, unknown>>;

function callables(
  list: 'probes' | 'actions',
  value: unknown,
  check: (callable: Callable) => readonly ShapeProblem[],
): readonly ShapeProblem[] {
  if (!Array.isArray(value)) return [{ message: `its \`${list}\` must be a list` }];
  return value.flatMap((entry: unknown, index): readonly ShapeProblem[] => {
    if (!isObject(entry)) return [{ message: `${list}[${index}] is no ${list.slice(0, -1)}` }];
    const callable = typeof entry['name'] === 'string' ? entry['name'] : undefined;
    const where = callable ?? `${list}[${index}]`;
    return [...declarationProblems(entry), ...check(entry)].map((problem) => ({
      ...problem,
      message: `${where}: ${problem.message}`,
      ...(callable === undefined ? {} : { callable }),
    }));
  });
}

/** What a probe and an action have in common, in code and in what an executable declares. */
export function declarationProblems({ name, summary, params }: Callable): readonly ShapeProblem[] {
  const problems: ShapeProblem[] = [];
  if (typeof name !== 'string') problems.push({ message: 'its `name` is missing' });
  else if (!callablePattern.test(name))
    problems.push({ message: 'a name is two words with a dot', help: "domain.noun, like 'app.queue'" });
  if (typeof summary !== 'string' || summary.trim() === '')
    problems.push({ message: 'its `summary` is missing: one sentence for the docs' });
  const wrong = schemaProblems(params, 'params');
  problems.push(...wrong.map((message) => ({ message })));
  if (wrong.length === 0 && isObject(params) && params['type'] !== 'object')
    problems.push({ message: "params.type must be 'object'" });
  return problems;
}

function probeProblems(probe: Callable): readonly ShapeProblem[] {
  return [
    ...schemaProblems(probe['result'], 'result').map((message) => ({ message })),
    ...members(probe, probeMembers, 'read', 'defineProbe'),
  ];
}

function actionProblems(action: Callable): readonly ShapeProblem[] {
  const { rollback } = action;
  const kind = isObject(rollback) ? rollback['kind'] : undefined;
  const known = rollbackKinds.includes(String(kind));
  const help = 'rollback: undo((change, before) => [ … ]), or again, nothing(why), irreversible(why)';
  return [
    ...(known ? [] : [{ message: 'its `rollback` is missing: how is it taken back?', help }]),
    ...members(action, actionMembers, 'inspect', 'defineAction'),
  ];
}

/** `main`: the member that its author writes in any case. */
function members(callable: Callable, names: readonly string[], main: string, define: string): readonly ShapeProblem[] {
  const missing = names.filter((name) => typeof callable[name] !== 'function');
  if (missing.length === 0) return [];
  if (missing.includes(main))
    return [{ message: `its \`${main}\` is missing, a function`, help: `${define}({ …, ${main}: … })` }];
  return [{ message: `it was not made by ${define}`, help: `import { ${define} } from 'mendgate'` }];
}

/** Names that are there twice: in the pack itself, or in it and in what is already known. */
export function clashes(pack: Pack, known: Catalog): readonly ShapeProblem[] {
  return (['probes', 'actions'] as const).flatMap((list) => {
    const seen = new Set<string>(known[list].keys());
    return pack[list].flatMap(({ name: callable }): readonly ShapeProblem[] => {
      if (seen.has(callable)) {
        const message = `there is ${list === 'probes' ? 'a probe' : 'an action'} \`${callable}\` already`;
        return [{ message, callable, help: 'give it a name of your own: the first word is your domain' }];
      }
      seen.add(callable);
      return [];
    });
  });
}
