import type { Json } from '../model/json.ts';
import type { Tree } from '../model/runbook.ts';
import type { ObjectSchema } from '../model/schema.ts';
import { checkArguments } from './check-arguments.ts';
import { argumentsCall, commandCalls, scriptCall } from './commands.ts';
import type { Context } from './context.ts';
import type { Path } from './parse-yaml.ts';
import { inWords } from './quote-cel.ts';
import { readScript } from './read-script.ts';
import { interpolatedPaths, isSole, readTree } from './read-tree.ts';
import type { Scope } from './scope.ts';
import type { SplitCall } from './split-call.ts';
import { validateAgainst } from './validate-call-params.ts';

/** The params of a call: literals against the schema, interpolations by their static type. */
export function readCallParams(context: Context, scope: Scope, { name, params, path, schema }: SplitCall): Tree {
  if (schema !== undefined && !isSole(params)) checkLiterals(context, params ?? {}, path, schema);
  if (name === argumentsCall) checkArguments(context, params, path);
  if (name === scriptCall) return readScript(context, scope, params, path, schema);
  return readTree(context, scope, params ?? ({} as Json), path, schema ?? { type: 'any' });
}

/** What an interpolation yields is only known later; but text with one inside is always text. */
function checkLiterals(context: Context, params: unknown, path: Path, schema: ObjectSchema): void {
  const open = interpolatedPaths(params);
  const written = (inside: Path): string | undefined => context.located.writtenAt([...path, ...inside])?.text;
  const asText = typeof params === 'string' ? textForm(String(path.at(-1)), params) : undefined;
  for (const problem of validateAgainst(schema, params, written)) {
    const at = open.find(
      (place) => place.path.length === problem.path.length && place.path.every((part, i) => part === problem.path[i]),
    );
    if (at !== undefined && (at.sole || problem.code !== 'params/wrong-type')) continue;
    context.report.at([...path, ...problem.path], problem.code, problem.message, {
      help: asText ?? problem.help,
      part: problem.part,
    });
  }
}

/** How a command that is given as one text is written. */
function textForm(name: string, text: string): string | undefined {
  if (name === scriptCall)
    return text.includes('\n') ? `${scriptCall}:\n  script: |\n    …` : `${scriptCall}: { script: … }`;
  return commandCalls.has(name) ? `under \`command\`, ${inWords(text)}` : undefined;
}
