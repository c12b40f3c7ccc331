import type { Registry } from '../model/pack.ts';
import type { ObjectSchema, Schema } from '../model/schema.ts';
import { coloursOf } from './words.ts';

/** What of the reference is printed, and how. */
export interface DocsOptions {
  /** Only what begins with this; `probes` and `actions`: all of that kind. */
  readonly name?: string;
  readonly form: 'text' | 'markdown';
  readonly colour: boolean;
}

interface Entry {
  readonly kind: 'probe' | 'action';
  readonly name: string;
  readonly summary: string;
  readonly params: ObjectSchema;
  /** Probes only. */
  readonly result?: Schema;
  /** Actions only. */
  readonly rollback?: string;
}

/** The reference of probes and actions, from their own declarations. Empty when nothing has that name. */
export function printDocs(registry: Registry, options: DocsOptions): string {
  const { name = '' } = options;
  const all = entries(registry).filter((entry) => name === `${entry.kind}s` || entry.name.startsWith(name));
  if (all.length === 0) return '';
  return options.form === 'markdown' ? markdown(all) : text(all, options.colour);
}

function entries(registry: Registry): readonly Entry[] {
  const probes = [...registry.probes.values()].map(
    ({ name, summary, params, result }): Entry => ({ kind: 'probe', name, summary, params, result }),
  );
  const actions = [...registry.actions.values()].map(
    ({ name, summary, params, rollback }): Entry => ({
      kind: 'action',
      name,
      summary,
      params,
      rollback: undoWords(rollback),
    }),
  );
  return [...probes, ...actions].sort((a, b) =>
    a.kind === b.kind ? (a.name < b.name ? -1 : 1) : a.kind === 'probe' ? -1 : 1,
  );
}

function undoWords(rollback: { readonly kind: string; readonly why?: string }): string {
  switch (rollback.kind) {
    case 'undo':
      return 'its own';
    case 'again':
      return 'applied once more after the step’s other undos';
    default:
      return `${rollback.kind}: ${rollback.why ?? ''}`;
  }
}

function text(all: readonly Entry[], colour: boolean): string {
  const colours = coloursOf(colour);
  const blocks = all.map((entry) => {
    const lines = [`${colours.bold(entry.name)} (${entry.kind})`, `  ${entry.summary}`];
    lines.push(...members('params', entry.params, '  '));
    if (entry.result !== undefined) lines.push(...members('result', entry.result, '  '));
    if (entry.rollback !== undefined) lines.push(`  undo: ${entry.rollback}`);
    return lines.join('\n');
  });
  return `${blocks.join('\n\n')}\n`;
}

function members(label: string, schema: Schema, indent: string): readonly string[] {
  if (schema.type === 'array')
    return [`${indent}${label}: a list, each`, ...members('element', schema.items, `${indent}  `)];
  if (schema.type !== 'object') return [`${indent}${label}: ${typeWords(schema)}`];
  const names = Object.keys(schema.properties);
  if (names.length === 0) return [`${indent}${label}: none`];
  return [`${indent}${label}:`, ...names.flatMap((name) => member(name, schema, `${indent}  `))];
}

function member(name: string, parent: ObjectSchema, indent: string): readonly string[] {
  const schema = parent.properties[name];
  if (schema === undefined) return [];
  const optional = isOptional(name, parent) ? ', optional' : '';
  const description = schema.description === undefined ? '' : ` — ${schema.description}`;
  const line = `${indent}${name}: ${typeWords(schema)}${optional}${description}`;
  const inner = schema.type === 'array' ? schema.items : schema;
  return inner.type === 'object'
    ? [line, ...Object.keys(inner.properties).flatMap((child) => member(child, inner, `${indent}  `))]
    : [line];
}

function isOptional(name: string, parent: ObjectSchema): boolean {
  const schema = parent.properties[name];
  return !(parent.required ?? []).includes(name) && schema?.default === undefined;
}

function typeWords(schema: Schema): string {
  const fallback = schema.default === undefined ? '' : `, default ${JSON.stringify(schema.default)}`;
  switch (schema.type) {
    case 'string':
      return `${schema.enum === undefined ? 'string' : schema.enum.join(' | ')}${schema.secret ? ' (may be a secret)' : ''}${fallback}`;
    case 'integer': {
      const range = schema.minimum === undefined ? '' : ` ${schema.minimum}–${schema.maximum ?? ''}`;
      return `integer${range}${fallback}`;
    }
    case 'array':
      return `list of ${schema.items.type}${fallback}`;
    case 'object':
      return `${schema.additionalProperties ? `map of ${schema.additionalProperties.type}` : 'object'}${fallback}`;
    case 'any':
      return `anything${fallback}`;
    default:
      return `${schema.type}${fallback}`;
  }
}

function markdown(all: readonly Entry[]): string {
  const blocks = all.map((entry) => {
    const parts = [`### ${entry.kind} \`${entry.name}\``, entry.summary, table('Params', entry.params)];
    if (entry.result !== undefined) parts.push(table('Result', entry.result));
    if (entry.rollback !== undefined) parts.push(`Undo: ${entry.rollback}`);
    return parts.filter((part) => part !== '').join('\n\n');
  });
  return `# Probes and actions\n\nGenerated from the code by \`npm run docs\`.\n\n${blocks.join('\n\n')}\n`;
}

function table(label: string, schema: Schema): string {
  const { of, word } =
    schema.type === 'array' ? { of: schema.items, word: `${label}: a list, each` } : { of: schema, word: label };
  if (of.type !== 'object') return `${word}: ${typeWords(of)}`;
  const rows = rowsOf(of, '');
  return rows.length === 0 ? '' : `${word}\n\n| name | type | meaning |\n|---|---|---|\n${rows.join('\n')}`;
}

function rowsOf(schema: ObjectSchema, prefix: string): readonly string[] {
  return Object.entries(schema.properties).flatMap(([name, member]) => {
    const optional = isOptional(name, schema) ? ', optional' : '';
    const cells = [`\`${prefix}${name}\``, `${typeWords(member)}${optional}`, member.description ?? ''];
    const row = `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
    const inner = member.type === 'array' ? member.items : member;
    const below =
      inner.type === 'object' ? rowsOf(inner, `${prefix}${name}${member.type === 'array' ? '[].' : '.'}`) : [];
    return [row, ...below];
  });
}
