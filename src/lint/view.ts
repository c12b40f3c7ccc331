import type { AuthoredDocument } from '../model/document.ts';
import { isObject } from '../model/json.ts';
import type { Catalog } from '../model/pack.ts';
import { allCel, type CelPart, conditionParts, type Path } from './cel-parts.ts';
import { type Command, commandOfWords, commandsOf } from './unwrap.ts';

type Raw = Readonly<Record<string, unknown>>;

/** A call of a probe or an action, wherever it stands. */
export interface Call {
  readonly role: 'probe' | 'fix' | 'rollback';
  /** A probe's name in its runbook. */
  readonly name: string | undefined;
  /** `domain.noun`. */
  readonly call: string;
  readonly params: Raw;
  /** Of the mapping that holds the call and its modifiers. */
  readonly path: Path;
  readonly raw: Raw;
  /** Id of its step; absent: the symptom's. */
  readonly step: string | undefined;
}

/** Commands that a call runs by the author's own words, and where their text stands. */
export interface Script {
  readonly call: Call;
  readonly path: Path;
  /** Shell text; absent: an argument list. */
  readonly text: string | undefined;
  readonly commands: readonly Command[];
}

/** A fix: a step's own, or one alternative's. */
export interface Unit {
  /** Of the `fix`. */
  readonly path: Path;
  readonly calls: readonly Call[];
  readonly verify: unknown;
  readonly rollback: unknown;
  /** What has to hold before it is made: `when`, `gate` and the list of `for_each`. */
  readonly opens: readonly CelPart[];
}

export interface ConclusionView {
  readonly path: Path;
  readonly when: readonly CelPart[];
  readonly ends: boolean;
}

export interface StepView {
  readonly id: string;
  readonly path: Path;
  readonly raw: Raw;
  readonly probes: readonly Call[];
  readonly conclusions: readonly ConclusionView[];
  readonly units: readonly Unit[];
}

/** A runbook as lint sees it: what the author wrote, in the shape of the language. Whatever has the wrong shape is left out. */
export interface View {
  readonly document: AuthoredDocument;
  readonly catalog: Catalog;
  readonly raw: Raw;
  readonly params: readonly string[];
  readonly symptom: { readonly path: Path; readonly present: readonly CelPart[] } | undefined;
  readonly steps: readonly StepView[];
  readonly calls: readonly Call[];
  readonly scripts: readonly Script[];
  readonly cel: readonly CelPart[];
}

/** Looks at a document; nothing in it needs to be valid. */
export function viewOf(document: AuthoredDocument, catalog: Catalog): View {
  const raw = mapping(document.value);
  const calls: Call[] = [];
  const symptom = raw['symptom'] === undefined ? undefined : mapping(raw['symptom']);
  if (symptom !== undefined) {
    calls.push(...probesIn(symptom['probes'], ['symptom', 'probes'], undefined));
    calls.push(...probesIn(mapping(symptom['gone'])['probes'], ['symptom', 'gone', 'probes'], undefined));
  }
  const steps = list(raw['steps']).map((entry, index) => stepOf(mapping(entry), ['steps', index], calls));
  return {
    document,
    catalog,
    raw,
    params: Object.keys(mapping(raw['params'])),
    symptom: symptom && { path: ['symptom'], present: conditionParts(symptom['present'], ['symptom', 'present']) },
    steps,
    calls,
    scripts: calls.flatMap(scriptsOf),
    cel: allCel(raw),
  };
}

function stepOf(raw: Raw, path: Path, calls: Call[]): StepView {
  const id = typeof raw['id'] === 'string' ? raw['id'] : '';
  const probes = probesIn(raw['probes'], [...path, 'probes'], id);
  calls.push(...probes, ...probesIn(mapping(raw['verify'])['probes'], [...path, 'verify', 'probes'], id));
  calls.push(...actionsIn(raw['rollback'], [...path, 'rollback'], id, 'rollback'));
  const around = opensOf(raw, path);
  const units: Unit[] = [];
  if (raw['fix'] !== undefined) {
    const { verify, rollback } = raw;
    const own = actionsIn(raw['fix'], [...path, 'fix'], id, 'fix');
    units.push({ path: [...path, 'fix'], calls: own, verify, rollback, opens: around });
  }
  for (const [index, entry] of list(raw['alternatives']).entries()) {
    const way = mapping(entry);
    const at = [...path, 'alternatives', index];
    calls.push(...probesIn(mapping(way['verify'])['probes'], [...at, 'verify', 'probes'], id));
    calls.push(...actionsIn(way['rollback'], [...at, 'rollback'], id, 'rollback'));
    units.push({
      path: [...at, 'fix'],
      calls: actionsIn(way['fix'], [...at, 'fix'], id, 'fix'),
      verify: way['verify'] ?? raw['verify'],
      rollback: way['rollback'] ?? raw['rollback'],
      opens: [...around, ...conditionParts(way['gate'], [...at, 'gate'])],
    });
  }
  calls.push(...units.flatMap((unit) => unit.calls));
  return { id, path, raw, probes, conclusions: conclusionsOf(raw['conclude'], [...path, 'conclude']), units };
}

function opensOf(raw: Raw, path: Path): readonly CelPart[] {
  const { for_each: each } = raw;
  return [
    ...conditionParts(raw['when'], [...path, 'when']),
    ...(typeof each === 'string' ? conditionParts(each, [...path, 'for_each']) : []),
    ...conditionParts(raw['gate'], [...path, 'gate']),
  ];
}

function conclusionsOf(raw: unknown, path: Path): readonly ConclusionView[] {
  return list(raw).map((entry, index) => {
    const conclusion = mapping(entry);
    const at = [...path, index];
    return {
      path: at,
      when: conditionParts(conclusion['when'], [...at, 'when']),
      ends: conclusion['verdict'] !== undefined,
    };
  });
}

function probesIn(raw: unknown, path: Path, step: string | undefined): readonly Call[] {
  return Object.entries(mapping(raw)).flatMap(([name, entry]) =>
    callOf(entry, [...path, name], { role: 'probe', name, step }),
  );
}

function actionsIn(raw: unknown, path: Path, step: string, role: 'fix' | 'rollback'): readonly Call[] {
  return list(raw).flatMap((entry, index) => callOf(entry, [...path, index], { role, name: undefined, step }));
}

function callOf(raw: unknown, path: Path, about: Pick<Call, 'role' | 'name' | 'step'>): readonly Call[] {
  const entry = mapping(raw);
  const call = Object.keys(entry).find((key) => key.includes('.'));
  return call === undefined ? [] : [{ ...about, call, params: mapping(entry[call]), path, raw: entry }];
}

function scriptsOf(call: Call): readonly Script[] {
  const { script, command } = call.params;
  if (call.call === 'core.script' && typeof script === 'string') {
    const text = withoutHoles(script);
    return [{ call, path: [...call.path, call.call, 'script'], text, commands: commandsOf(text) }];
  }
  if (call.call !== 'core.command') return [];
  const words = list(command).map((word) => withoutHoles(String(word)));
  return [{ call, path: [...call.path, call.call, 'command'], text: undefined, commands: commandOfWords(words) }];
}

/** Interpolations as a word of the same length, so that offsets stay. */
function withoutHoles(text: string): string {
  return text.replaceAll(/\$\{\{.*?\}\}/gs, (hole) => 'X'.repeat(hole.length));
}

export function mapping(raw: unknown): Raw {
  return isObject(raw) ? raw : {};
}

export function list(raw: unknown): readonly unknown[] {
  return Array.isArray(raw) ? (raw as readonly unknown[]) : [];
}
