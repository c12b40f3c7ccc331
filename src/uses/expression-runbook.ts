import type { Diagnostic } from '../model/diagnostic.ts';
import type { Json } from '../model/json.ts';
import type { Catalog, ProbeDeclaration, UserPack } from '../model/pack.ts';
import type { Schema } from '../model/schema.ts';

/** A probe as the command line names it: `e=nginx.upstream_errors since=1h`. */
export interface AskedProbe {
  readonly name: string;
  readonly probe: string;
  /** As typed; each becomes what the probe's params say. */
  readonly params: ReadonlyMap<string, string>;
}

/** What was typed, as a runbook that only reads. */
export interface ExpressionRunbook {
  readonly text: string;
  /** A diagnostic about that text as one about what was typed: nobody has seen the text. */
  readonly asTyped: (diagnostic: Diagnostic) => Diagnostic;
}

/** Lines of the text that somebody typed, and what they are called. */
interface Typed {
  readonly name: string;
  readonly lines: readonly string[];
  /** Its first line in the text, counted from 1. */
  readonly at: number;
  readonly indent: number;
}

/** A runbook with one step that reads these probes, and the expression as its output. */
export function expressionRunbook(
  { expression, probes }: { readonly expression: string; readonly probes: readonly AskedProbe[] },
  catalog: Catalog,
  packs: readonly UserPack[],
): ExpressionRunbook {
  const lines = ['runbook: eval', 'title: eval'];
  const typed: Typed[] = [];
  const type = (name: string, text: string, indent: number): void => {
    const own = text.split('\n');
    typed.push({ name, lines: own, at: lines.length + 1, indent });
    lines.push(...own.map((line) => ' '.repeat(indent) + line));
  };
  if (packs.length > 0) lines.push(`packs: ${JSON.stringify(packs.map((pack) => pack.file))}`);
  lines.push('steps:', '  - id: eval');
  lines.push(probes.length === 0 ? '    verify: { that: "true" }' : '    probes:');
  for (const { name, probe, params } of probes) {
    const call = { [probe]: paramsOf(params, catalog.probes.get(probe)) };
    type(`<probe ${name}>`, `${JSON.stringify(name)}: ${JSON.stringify(call)}`, 6);
  }
  // A literal block holds any text as it is: a column of it is one of the expression.
  lines.push('outputs:', '  value: |2-');
  type('<expression>', expression, 4);
  return { text: `${lines.join('\n')}\n`, asTyped: (diagnostic) => placed(diagnostic, typed) };
}

function placed(diagnostic: Diagnostic, typed: readonly Typed[]): Diagnostic {
  const { at } = diagnostic;
  const {
    name,
    lines,
    at: first,
    indent,
  } = typed.findLast((part) => part.at <= at.line) ?? {
    name: '<expression>',
    lines: [],
    at: 1,
    indent: 0,
  };
  const line = Math.min(at.line - first, Math.max(0, lines.length - 1)) + 1;
  const endLine = Math.max(line, at.endLine - first + 1);
  const within = (column: number, row: number): number =>
    Math.min(Math.max(1, column - indent), (lines[row - 1] ?? '').length + 1);
  return {
    ...diagnostic,
    at: { file: name, line, col: within(at.col, line), endLine, endCol: within(at.endCol, endLine) },
    excerpt: lines.slice(line - 1, endLine).join('\n'),
  };
}

function paramsOf(given: ReadonlyMap<string, string>, probe: ProbeDeclaration | undefined): Json {
  return Object.fromEntries(
    [...given].map(([name, text]) => [
      name,
      text.includes('${{') ? text : asType(text, probe?.params.properties[name]),
    ]),
  );
}

/** What was typed, as the param's type wants it; what does not fit is left for the check to refuse. */
function asType(text: string, schema: Schema | undefined): Json {
  switch (schema?.type) {
    case 'integer':
    case 'number':
      return /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : text;
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : text;
    case 'array':
      return text.startsWith('[') ? jsonOf(text) : text.split(',').map((part) => asType(part, schema.items));
    case 'object':
    case 'any':
      return jsonOf(text);
    default:
      return text;
  }
}

function jsonOf(text: string): Json {
  try {
    // JSON.parse gives JSON.
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}
