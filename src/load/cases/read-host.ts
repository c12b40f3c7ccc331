import { didYouMean } from '../../expr/suggest.ts';
import type { CaseAnswer, CaseHost } from '../../model/case-file.ts';
import { isObject } from '../../model/json.ts';
import type { Path } from '../parse-yaml.ts';
import { type AnswerContext, readAnswers } from './read-answers.ts';

export interface HostContext extends AnswerContext {
  /** The raw `hosts` of the file. */
  readonly hosts: Readonly<Record<string, unknown>>;
  readonly steps: readonly string[];
  /** A recording's answers; reports at the path what keeps it from being read. */
  readonly recorded: (file: string, path: Path) => Promise<readonly CaseAnswer[]>;
  /** Hosts that were read, by name: each is read, and spoken about, once. */
  readonly known: Map<string, Promise<CaseHost>>;
}

const nobody: CaseHost = { layers: [], after: [], failing: {} };

/** A case's host with all that it is like: its own answers before those of `like`, those before a recording's. */
export async function readHost(
  context: HostContext,
  raw: unknown,
  path: Path,
  chain: readonly string[] = [],
): Promise<CaseHost> {
  if (typeof raw === 'string') return likeHost(context, raw, path, chain);
  if (!isObject(raw)) return nobody;
  const { like, recording } = raw;
  const below = typeof like === 'string' ? await likeHost(context, like, [...path, 'like'], chain) : nobody;
  const recorded = typeof recording === 'string' ? await context.recorded(recording, [...path, 'recording']) : [];
  const after = Object.entries(isObject(raw['after']) ? raw['after'] : {}).map(([step, answers]) => {
    const here = [...path, 'after', step];
    if (!context.steps.includes(step)) unknownStep(context, step, here);
    return { step, answers: readAnswers(context, isObject(answers) ? answers : {}, here) };
  });
  const failing = Object.entries(isObject(raw['failing']) ? raw['failing'] : {}).map(([action, how]) => {
    const { rc, stderr } = isObject(how) ? how : {};
    if (!context.registry.actions.has(action)) {
      const help = didYouMean(action, context.registry.actions.keys());
      const remark = { ...(help === undefined ? {} : { help }), part: 'key' } as const;
      context.report.at(
        [...path, 'failing', action],
        'test/unknown-action',
        `there is no action \`${action}\``,
        remark,
      );
    }
    return [action, { rc: typeof rc === 'number' ? rc : 1, stderr: typeof stderr === 'string' ? stderr : '' }] as const;
  });
  return {
    layers: [readAnswers(context, raw, path), ...below.layers, recorded].filter((answers) => answers.length > 0),
    after: [...after, ...below.after],
    failing: { ...below.failing, ...Object.fromEntries(failing) },
  };
}

function unknownStep({ report, steps }: HostContext, step: string, path: Path): void {
  const help = didYouMean(step, steps) ?? `steps: ${steps.join(', ')}`;
  report.at(path, 'test/unknown-step', `the runbook has no step \`${step}\``, { help, part: 'key' });
}

async function likeHost(context: HostContext, name: string, path: Path, chain: readonly string[]): Promise<CaseHost> {
  if (chain.includes(name)) {
    context.report.at(path, 'test/like-cycle', `these hosts are like each other: ${[...chain, name].join(' → ')}`);
    return nobody;
  }
  if (!Object.hasOwn(context.hosts, name)) {
    const help = didYouMean(name, Object.keys(context.hosts)) ?? 'add it under `hosts`';
    context.report.at(path, 'test/unknown-host', `there is no host \`${name}\` in this file`, { help });
    return nobody;
  }
  const known = context.known.get(name) ?? readHost(context, context.hosts[name], ['hosts', name], [...chain, name]);
  context.known.set(name, known);
  return known;
}
