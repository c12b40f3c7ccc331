import { isObject, type Json } from '../model/json.ts';
import type { Tree } from '../model/runbook.ts';
import type { Schema } from '../model/schema.ts';
import type { Context } from './context.ts';
import type { Path } from './parse-yaml.ts';
import { checkExpression, readText } from './read-expression.ts';
import { readTree } from './read-tree.ts';
import type { Scope } from './scope.ts';
import { replaceInterpolations } from './shell-text.ts';

/**
 * Params of a script. Data never becomes part of shell text: each interpolation is replaced by a variable, and the
 * variables are handed over beside the script.
 */
export function readScript(context: Context, scope: Scope, raw: unknown, path: Path, schema: Schema | undefined): Tree {
  const whole = schema ?? { type: 'any' };
  if (!isObject(raw) || typeof raw['script'] !== 'string')
    return readTree(context, scope, raw ?? ({} as Json), path, whole);
  const { script, ...others } = raw;
  if (others['variables'] !== undefined) {
    const help = 'write ${{ }} in the script; env: exports a variable';
    context.report.at([...path, 'variables'], 'params/unknown-key', '`variables` is filled in by mendgate', {
      part: 'key',
      help,
    });
  }
  const rest = readTree(context, scope, others, path, whole);
  const scriptPath = [...path, 'script'];
  const replaced = replaceInterpolations(script);
  for (const { code, message, start, end, help } of replaced.problems) {
    context.report.inside(scriptPath, start, end, code, message, { help });
  }
  if (replaced.problems.some(({ code }) => code !== 'shell/raw')) readText(context, scope, script, scriptPath);
  const variables = replaced.variables.map(({ name, cel, offset }) => {
    const type = checkExpression(context, scope, scriptPath, { cel, offset }, { type: 'any' });
    if (type.type === 'array' || type.type === 'object') {
      const help = 'join a list, `${{ x.join(" ") }}`, or name one field; each interpolation is one word';
      context.report.inside(
        scriptPath,
        offset,
        offset + cel.length,
        'shell/not-text',
        'only text, numbers and booleans can stand in a script',
        { help },
      );
    }
    return [name, type.type === 'string' ? `\${{ ${cel} }}` : `\${{ string(${cel}) }}`] as const;
  });
  if (variables.length === 0) return { ...mapping(rest), script };
  return { ...mapping(rest), script: replaced.text, variables: Object.fromEntries(variables) };
}

function mapping(tree: Tree): { readonly [key: string]: Json } {
  return isObject(tree) ? (tree as { readonly [key: string]: Json }) : {};
}
