import { callableNames } from '../expr/functions.ts';
import { isObject } from '../model/json.ts';
import type { JsonSchema } from './json-schema.ts';
import { actionModifiers, probeModifiers, skeletonSchema } from './skeleton-schema.ts';

/** A part of a runbook: its keys, and a runbook of examples/language that has all of them. */
interface Part {
  readonly title: string;
  readonly says: string;
  readonly schema: JsonSchema;
  readonly example: string;
}

const { $defs, properties } = skeletonSchema;

/** What the page tells key by key, in its order. */
export const languageParts: readonly Part[] = [
  {
    title: 'Runbook',
    says: 'The document: one YAML mapping.',
    schema: skeletonSchema,
    example: 'runbook',
  },
  {
    title: 'Param',
    says: 'What can be set from outside. The value is the first found: `-e`, the inventory variable of that name, `default`.',
    schema: $defs.param,
    example: 'runbook',
  },
  {
    title: 'Symptom',
    says: 'What users suffer. Without one every step runs.',
    schema: properties.symptom,
    example: 'runbook',
  },
  {
    title: 'Step',
    says: 'Of `fix`, `alternatives` and `use` it has one, or none: then it only reads, concludes and verifies. Its keys are looked at in this order, however they are written: `when`, `run_once` or `for_each`, `probes`, `conclude`, `gate`, `confirm`, the fix, `verify`.',
    schema: $defs.step,
    example: 'step',
  },
  {
    title: 'Conclusion',
    says: 'An entry of `conclude`.',
    schema: $defs.conclusion,
    example: 'step',
  },
  {
    title: 'Check',
    says: '`verify`, and `gone` of a symptom: true at the first look where all of `that` holds.',
    schema: $defs.check,
    example: 'step',
  },
  {
    title: 'Alternative',
    says: 'An entry of `alternatives`. One that does not hold what it promises is undone, and the next is tried.',
    schema: $defs.alternative,
    example: 'alternatives',
  },
  {
    title: 'Risky',
    says: 'For a fix that may cut its host off.',
    schema: $defs.risky,
    example: 'alternatives',
  },
  {
    title: 'Probe call',
    says: 'One key with a dot is the probe, its value the params ([probes](probes-and-actions.md)); the others are these.',
    schema: { properties: probeModifiers },
    example: 'calls',
  },
  {
    title: 'Action call',
    says: 'The same with an action ([actions](probes-and-actions.md)).',
    schema: { properties: actionModifiers },
    example: 'calls',
  },
];

/** The reference of the language, from the schema itself; `textOf` gives an example by its name. */
export function printLanguage(textOf: (example: string) => string): string {
  const parts = languageParts.map((part, index) => {
    const last = languageParts[index + 1]?.example !== part.example;
    const path = `examples/language/${part.example}.yaml`;
    const example = last ? [`\`${path}\`:`, `\`\`\`yaml\n${textOf(part.example).trimEnd()}\n\`\`\``] : [];
    return [`## ${part.title}`, part.says, keyTable(part.schema), ...example].join('\n\n');
  });
  return `${[head, ...parts, expressions()].join('\n\n')}\n`;
}

const head = `# The language, key by key

Generated from the schema by \`npm run docs\`. [Your first runbook](tutorial.md) shows how it is used.

| kind of value | |
|---|---|
| text | a string; \`\${{ expression }}\` may stand anywhere in it |
| expression | [CEL](#expressions), bare; or the whole value is \`\${{ expression }}\` |
| condition | an expression that is true or false, or a list of them that must all hold, each told by itself; an entry may be \`{ check: expression, message: text }\` |
| duration | \`5s\`, \`2m\`, \`1h30m\`; never a bare number |
| name | small letters, digits and \`_\`, a letter first |
| resources | what a command reads or changes: \`file:/etc/x\`, \`file:/etc/x/*\`, \`service:nginx\`, a word of your own like \`queue:mail\` |

YAML wants quotes around an expression that starts with \`! " ' [ { * & > | % @\`, that holds \`: \` or \` #\`, or that stands in \`{ }\` and
has a comma. Where they are missing, \`mendgate validate\` shows the line as it must be.`;

function keyTable({ properties: keys, required }: JsonSchema): string {
  const wanted = Array.isArray(required) ? required : [];
  const rows = Object.entries(isObject(keys) ? keys : {}).map(([key, schema]) => {
    const member = isObject(schema) ? schema : {};
    const fallback = wanted.includes(key) ? 'required' : code(member['default']);
    return `| \`${key}\` | ${cell(typeWords(member))} | ${fallback} | ${cell(meaning(member))} |`;
  });
  return ['| key | value | default | |', '|---|---|---|---|', ...rows].join('\n');
}

function meaning(member: JsonSchema): string {
  const own = member['description'] ?? definition(member)?.['description'];
  return typeof own === 'string' ? own : '';
}

/** What the schema names by `$ref`: those that are written out on this page lead there. */
const words: Readonly<Record<string, string>> = {
  name: 'name',
  duration: 'duration',
  condition: 'condition',
  become: 'true, false or a user',
  resources: 'resources',
  forEach: 'expression, or a list',
  probes: 'name → [probe call](#probe-call)',
};

function typeWords(schema: JsonSchema): string {
  const { $ref, type, enum: choices, items, additionalProperties } = schema;
  if (typeof $ref === 'string') {
    const name = $ref.replace('#/$defs/', '');
    return words[name] ?? `[${spaced(name)}](#${spaced(name).replace(' ', '-')})`;
  }
  if (Array.isArray(choices)) return choices.map((choice) => `\`${String(choice)}\``).join(' | ');
  if (schema === properties.symptom) return '[symptom](#symptom)';
  if (type === 'array') return `list of ${isObject(items) ? typeWords(items) : 'values'}`;
  if (String(type) === 'string,boolean') return 'expression';
  if (Array.isArray(type)) return type.map((each) => typeWords({ ...schema, type: each })).join(' or ');
  if (type === 'object')
    return isObject(additionalProperties) ? `name → ${typeWords(additionalProperties)}` : 'mapping';
  if (type === 'string') return 'text';
  return typeof type === 'string' ? type : 'any value';
}

function definition({ $ref }: JsonSchema): JsonSchema | undefined {
  if (typeof $ref !== 'string') return undefined;
  const found: unknown = Object.entries($defs).find(([name]) => $ref === `#/$defs/${name}`)?.[1];
  return isObject(found) ? found : undefined;
}

function expressions(): string {
  const list = (names: readonly string[]): string =>
    names
      .toSorted()
      .map((name) => `\`${name}\``)
      .join(', ');
  return `## Expressions

CEL, checked before any host is touched: every name, every field of a probe's answer, every type.

| name | |
|---|---|
| \`params.x\` | params of this runbook |
| \`host.name\`, \`.address\`, \`.groups\`, \`.vars.x\` | the host, as the inventory has it |
| \`run.id\`, \`run.started\` | this run |
| \`steps.ID.result\`, \`.changed\`, \`.outputs\`, \`.items\` | steps before this one |
| a probe's name | what it answered then: a snapshot. To look again, read it under another name |
| the name in \`as\` | the item in force |

Functions: ${list(callableNames('call'))}. After a dot: ${list(callableNames('method'))}.

What could not be read, and what waits on a change that a dry run does not make, is unknown. A condition over it is undecided,
unless the rest decides it: \`false && x\` is false. \`known(x)\` asks. What may be absent is asked first: \`has(x.field)\`.`;
}

function spaced(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function code(value: unknown): string {
  return value === undefined ? '' : `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
