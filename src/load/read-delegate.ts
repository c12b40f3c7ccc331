import { namesUsed } from '../expr/check.ts';
import { parseText } from '../expr/text.ts';
import type { ActionCall, Check, Remediation, Runbook, Step, StepRollback, Text } from '../model/runbook.ts';
import { delegatesIn } from '../model/runbook-calls.ts';
import type { Context } from './context.ts';
import type { Path } from './parse-yaml.ts';
import { textOf } from './raw.ts';
import { checkExpression } from './read-expression.ts';
import type { Scope } from './scope.ts';

/** What tells a host from the inventory alone: no look at any host decides where something is carried out. */
const tellable: ReadonlySet<string> = new Set(['params', 'host']);

/** `delegate_to` of a step or a call: the name of a host of the inventory. */
export function readDelegate(context: Context, scope: Scope, raw: unknown, path: Path): Text | undefined {
  const text = textOf(raw);
  if (text === undefined) return undefined;
  const { report } = context;
  if (text === 'localhost') {
    const help = 'name a host of the inventory; notifications are --notify';
    report.at(path, 'ansible/localhost', 'there is no implicit localhost to delegate to', { part: 'key', help });
    return undefined;
  }
  if (text.trim() === '') {
    report.at(path, 'runbook/bad-delegate', '`delegate_to` names no host', { help: 'name a host of the inventory' });
    return undefined;
  }
  const { parts, problems } = parseText(text);
  for (const { code, message, start, end, help } of problems) report.inside(path, start, end, code, message, { help });
  const sole = parts.length === 1;
  for (const part of parts) {
    if (part.kind === 'text') continue;
    const [stranger] = strangersIn(part.source);
    if (stranger === undefined) {
      const found = { cel: part.source, offset: part.start };
      checkExpression(context, scope, path, found, { type: sole ? { type: 'string' } : 'any' });
    } else {
      const { start } = part;
      const message = `\`delegate_to\` is told by \`params\` and \`host\` alone, and this uses \`${stranger}\``;
      report.inside(path, start, start + part.source.length, 'runbook/delegate-by-look', message, { help: tellHelp });
    }
  }
  return text;
}

const tellHelp =
  'where something is carried out stands before any host is looked at: take it from a param, or a variable';

function strangersIn(source: string): readonly string[] {
  return namesUsed(source).filter((name) => !tellable.has(name));
}

/** What a `use` gives to a param that says where the other runbook delegates to is held to the same rule. */
export function checkGivenDelegates(
  { report }: Context,
  given: Readonly<Record<string, unknown>>,
  path: Path,
  runbook: Runbook,
): void {
  for (const name of delegateParams(runbook)) {
    const sources = celsIn(textOf(given[name]));
    const stranger = sources.flatMap(strangersIn)[0];
    if (stranger === undefined) continue;
    const message = `\`${runbook.id}\` delegates to what this param says, and that is told by \`params\` and \`host\` alone: this uses \`${stranger}\``;
    report.at([...path, name], 'runbook/delegate-by-look', message, { help: tellHelp });
  }
}

/** The params of a runbook that say where it, or one that it uses, delegates to. */
function delegateParams(runbook: Runbook): ReadonlySet<string> {
  const names = new Set<string>();
  const add = (text: string | undefined): void => {
    for (const source of celsIn(text)) {
      const read = [...source.matchAll(/\bparams\s*\.\s*(\w+)/g)].flatMap(([, name]) => name ?? []);
      // Any other way to read them may mean each.
      const some = read.length === [...source.matchAll(/\bparams\b/g)].length;
      for (const name of some ? read : runbook.params.map((param) => param.name)) names.add(name);
    }
  };
  for (const { remediation, ...step } of runbook.steps) {
    for (const { delegateTo } of delegatesIn({ ...step, remediation })) add(delegateTo);
    if (remediation.kind !== 'use' || typeof remediation.with !== 'object') continue;
    const given = new Map(Object.entries(remediation.with ?? {}));
    for (const inner of delegateParams(remediation.runbook)) add(textOf(given.get(inner)));
  }
  return names;
}

function celsIn(text: string | undefined): readonly string[] {
  if (text === undefined) return [];
  return parseText(text).parts.flatMap((part) => (part.kind === 'cel' ? [part.source] : []));
}

/** What of a step can't be carried out on another host. `where`: of a step's or an alternative's keys. */
export function checkDelegated({ report }: Context, step: Step, path: Path): void {
  const { delegateTo, remediation } = step;
  const refuse = (where: Path, code: string, message: string, help: string): void =>
    report.at(where, code, message, { part: 'key', help });
  if (delegateTo !== undefined && remediation.kind === 'use') {
    const message = '`delegate_to` is for the calls of this step, and those of the other runbook have their own';
    refuse([...path, 'delegate_to'], 'runbook/delegate-use', message, 'give the other runbook a param for it');
  }
  const check = (fix: Fix, at: Path): void => {
    if (fix.verify?.fresh === true && delegated(fix.verify.probes, delegateTo)) {
      refuse([...at, 'verify', 'fresh'], 'runbook/delegate-fresh', freshMessage, freshHelp);
    }
    const back = fix.rollback.kind === 'calls' ? fix.rollback.calls : [];
    if (fix.risky !== undefined && delegated([...fix.calls, ...back], delegateTo)) {
      const message = '`risky` is about the host itself: another one cannot take a fix back by itself';
      refuse([...at, 'risky'], 'runbook/delegate-risky', message, 'run a runbook of its own on that host');
    }
  };
  for (const [fix, at] of fixesOf(step, remediation, path)) check(fix, at);
}

interface Fix {
  readonly calls: readonly ActionCall[];
  readonly verify?: Check;
  readonly rollback: StepRollback;
  readonly risky?: object;
}

function fixesOf(step: Step, remediation: Remediation, path: Path): readonly (readonly [Fix, Path])[] {
  if (remediation.kind !== 'alternatives') {
    return [[{ ...step, calls: remediation.kind === 'fix' ? remediation.calls : [] }, path]];
  }
  return remediation.alternatives.map((each, index) => [
    { ...each, calls: each.fix },
    [...path, 'alternatives', index],
  ]);
}

function delegated(calls: readonly { readonly delegateTo?: Text }[], ofStep: Text | undefined): boolean {
  return calls.some(({ delegateTo = ofStep }) => delegateTo !== undefined);
}

const freshMessage = '`fresh` looks over a new connection to the host itself, and this looks at another one';
const freshHelp = 'remove `fresh`, or the `delegate_to`';

/** The same for the symptom, which no step stands around. */
export function checkDelegatedGone({ report }: Context, gone: Check, path: Path): void {
  if (!gone.fresh || !delegated(gone.probes, undefined)) return;
  report.at([...path, 'fresh'], 'runbook/delegate-fresh', freshMessage, { part: 'key', help: freshHelp });
}
