import { didYouMean } from '../expr/suggest.ts';
import { isObject } from '../model/json.ts';
import type { ObjectSchema } from '../model/schema.ts';
import { ansibleKey } from './ansible-words.ts';
import type { Context } from './context.ts';
import type { Path } from './parse-yaml.ts';
import { actionModifiers, probeModifiers } from './skeleton-schema.ts';

/** A call taken apart: what is called, with what, and the modifiers. */
export interface SplitCall {
  readonly name: string;
  readonly path: Path;
  readonly params: unknown;
  readonly modifiers: Readonly<Record<string, unknown>>;
  /** Absent: nobody knows the name; that is reported. */
  readonly schema: ObjectSchema | undefined;
}

/** Exactly one key of a call has a dot: it names the probe or action. `undefined`: there is none, which is reported. */
export function splitCall(context: Context, raw: unknown, path: Path, kind: 'probe' | 'action'): SplitCall | undefined {
  if (!isObject(raw)) return undefined;
  const { report } = context;
  const [name, second] = Object.keys(raw).filter((key) => key.includes('.'));
  if (name === undefined) {
    const known = kind === 'probe' ? probeModifiers : actionModifiers;
    // A key that is neither has been spoken about by the check of the shape.
    if (Object.keys(raw).some((key) => !Object.hasOwn(known, key))) return undefined;
    const example = kind === 'probe' ? 'http.request: { url: … }' : 'service.state: { name: nginx, state: started }';
    const message = `this calls nothing: one key must be the name of ${kind === 'probe' ? 'a probe' : 'an action'}`;
    report.at(path, 'runbook/no-call', message, { help: `like ${example}` });
    return undefined;
  }
  if (second !== undefined) {
    const message = `one call at a time: this is both \`${name}\` and \`${second}\``;
    report.at([...path, second], 'runbook/two-calls', message, { part: 'key', help: 'make it an entry of its own' });
  }
  const callPath = [...path, name];
  return { name, path: callPath, params: raw[name], modifiers: raw, schema: findSchema(context, name, callPath, kind) };
}

function findSchema(context: Context, name: string, path: Path, kind: 'probe' | 'action'): ObjectSchema | undefined {
  const { probes, actions } = context.registry;
  const [mine, others] = kind === 'probe' ? [probes, actions] : [actions, probes];
  const found = mine.get(name);
  if (found !== undefined) return found.params;
  const what = kind === 'probe' ? 'a probe' : 'an action';
  if (others.has(name)) {
    const help = kind === 'probe' ? 'actions stand in `fix`' : 'probes stand in `probes`, under a name of yours';
    const message = `\`${name}\` is ${kind === 'probe' ? 'an action' : 'a probe'}, and ${what} must stand here`;
    context.report.at(path, `runbook/not-${kind === 'probe' ? 'a-probe' : 'an-action'}`, message, {
      part: 'key',
      help,
    });
    return undefined;
  }
  if (context.incomplete) return undefined;
  const habit = ansibleKey(name);
  if (habit !== undefined) {
    context.report.at(path, habit.code, habit.message, { part: 'key', help: habit.help });
    return undefined;
  }
  const near = didYouMean(name, mine.keys()) ?? sameDomain(name, mine.keys());
  const help = near ?? `\`mendgate docs ${kind}s\` lists them`;
  context.report.at(path, `runbook/unknown-${kind}`, `there is no ${kind} \`${name}\``, { part: 'key', help });
  return undefined;
}

function sameDomain(name: string, known: Iterable<string>): string | undefined {
  const domain = name.split('.')[0];
  const mates = [...known].filter((other) => other.split('.')[0] === domain);
  return mates.length === 0 ? undefined : `\`${domain}\` has ${mates.map((mate) => `\`${mate}\``).join(', ')}`;
}
