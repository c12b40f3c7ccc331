import { didYouMean, nameList } from '../expr/suggest.ts';
import type { Remediation, Runbook } from '../model/runbook.ts';
import type { Context } from './context.ts';
import type { Path } from './parse-yaml.ts';
import { mappingOf, textOf } from './raw.ts';
import { checkGivenDelegates } from './read-delegate.ts';
import { paramProblem, paramsSchema } from './read-params.ts';
import { interpolatedPaths, readTree } from './read-tree.ts';
import type { Scope } from './scope.ts';
import { memberSchema } from './validate-call-params.ts';

/** Loads a used runbook by its path as written. What is wrong inside it is reported in its own file. */
export type LoadUsed = (path: string) => Promise<Used>;
export type Used =
  | { readonly kind: 'loaded'; readonly runbook: Runbook }
  /** Its own diagnostics say why. */
  | { readonly kind: 'broken' }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string; readonly help?: string };

/** `use` and `with`: the steps of another runbook, without a symptom, on the params given here. */
export async function readUse(
  context: Context,
  scope: Scope,
  step: Readonly<Record<string, unknown>>,
  path: Path,
): Promise<Remediation> {
  const file = textOf(step['use']);
  const given = readTree(context, scope, step['with'] ?? {}, [...path, 'with'], { type: 'any' });
  if (file === undefined) return { kind: 'none' };
  const used = await context.loadUsed(file);
  const at = [...path, 'use'];
  if (used.kind === 'refused') context.report.at(at, used.code, used.message, { help: used.help });
  if (used.kind !== 'loaded') return { kind: 'none' };
  const { runbook } = used;
  if (runbook.symptom !== undefined) {
    const help = 'run it by itself, or point to it with `see:`';
    context.report.at(
      at,
      'runbook/use-with-symptom',
      `\`${runbook.id}\` has a symptom; only runbooks without one can be used`,
      { help },
    );
  }
  if (runbook.rollout !== undefined) {
    const message = `\`${runbook.id}\` has \`batches\`, \`pause\` or \`max_fail\`, which are the whole run's`;
    context.report.at(at, 'runbook/use-with-rollout', message, { help: 'move them into the runbook that is run' });
  }
  checkGiven(context, scope, mappingOf(step['with']), [...path, 'with'], runbook);
  checkGivenDelegates(context, mappingOf(step['with']), [...path, 'with'], runbook);
  return { kind: 'use', runbook, with: given };
}

function checkGiven(
  context: Context,
  scope: Scope,
  given: Readonly<Record<string, unknown>>,
  path: Path,
  runbook: Runbook,
): void {
  const names = runbook.params.map(({ name }) => name);
  const schema = paramsSchema(runbook.params);
  for (const [name, value] of Object.entries(given)) {
    const at = [...path, name];
    const param = runbook.params.find((declared) => declared.name === name);
    if (param === undefined) {
      const help = didYouMean(name, names) ?? (names.length > 0 ? `it takes ${nameList(names)}` : 'it takes no params');
      context.report.at(at, 'runbook/unknown-param', `\`${runbook.id}\` has no param \`${name}\``, {
        part: 'key',
        help,
      });
    } else if (interpolatedPaths(value).length > 0) {
      readTree(context, scope, value, at, memberSchema(schema, name) ?? { type: 'any' });
    } else {
      const problem = paramProblem(param, param.type, value);
      if (problem !== undefined) context.report.at(at, 'runbook/wrong-param', problem);
    }
  }
  for (const { name, optional, default: preset } of runbook.params) {
    if (optional || preset !== undefined || given[name] !== undefined) continue;
    const help = 'a used runbook sees only what `with` gives it';
    context.report.at(path, 'runbook/missing-param', `\`${runbook.id}\` needs the param \`${name}\``, { help });
  }
}
