import { isObject } from '../../model/json.ts';
import { defineProbe, unreadable } from '../../model/probe.ts';
import type { Unknown } from '../../model/unknown.ts';
import { scriptOf, scriptParams } from './command-params.ts';
import { type CommandResult, commandResult, noAnswer } from './command-result.ts';
import { misfitOf } from './declared-shape.ts';
import { firstLine } from './why-not.ts';

export default defineProbe({
  name: 'core.script',
  summary: 'Runs a shell script that only reads, and tells its exit code and output, as text or as JSON.',
  params: {
    type: 'object',
    properties: {
      ...scriptParams.properties,
      parse: {
        type: 'string',
        enum: ['text', 'lines', 'json'],
        default: 'text',
        description: 'json: its standard output is JSON; the members of an object stand beside rc, text and lines',
      },
      result: {
        type: 'any',
        description: 'With parse: json, the shape of that JSON: a name and a type for each member',
      },
    },
    required: ['script'],
  },
  result: {
    type: 'any',
    description: 'rc, stdout, stderr, text, lines; with parse: json also json (the whole value) and its members',
  },
  declared: true,
  async read(host, params) {
    const answer = await host.run(scriptOf(params));
    const reason = noAnswer(answer, 'the script');
    if (reason !== undefined) return unreadable(reason);
    const result = commandResult(answer);
    return params.parse === 'json' ? withJson(result, params.result) : result;
  },
});

/** The result with its JSON in it; unreadable when there is none, when it is not of the declared shape, or when its members would hide the result's own. */
function withJson(result: CommandResult, shape: unknown): Readonly<Record<string, unknown>> | Unknown {
  let json: unknown;
  try {
    json = JSON.parse(result.stdout);
  } catch (error) {
    const why = error instanceof Error ? firstLine(error.message) : 'not JSON';
    const said = firstLine(result.stderr);
    return unreadable(`the script's output is not JSON (exit code ${result.rc}): ${said === '' ? why : said}`);
  }
  const misfit = misfitOf(shape, json);
  if (misfit !== undefined)
    return unreadable(
      `the script's JSON is not what the runbook declares (exit code ${result.rc}): declared ${misfit}`,
    );
  if (!isObject(json)) return { ...result, json };
  const taken = Object.keys(json).filter((name) => name in result || name === 'json' || name === '__proto__');
  if (taken.length > 0)
    return unreadable(`the script's JSON has members that the result needs itself: ${taken.join(', ')}`);
  return { ...json, ...result, json };
}
