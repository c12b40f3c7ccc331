import type { Diagnostic } from '../model/diagnostic.ts';
import { safeLine, safeText } from '../model/safe-text.ts';

const maxExcerpt = 160;

/**
 * A diagnostic as printed: `file:line:col: error[code]: message`, the first line of its excerpt with carets under what is
 * meant, and the help. Everything passes {@link safeText}. No line end after the last line.
 */
export function formatDiagnostic(diagnostic: Diagnostic, options: { readonly colour: boolean }): string {
  const paint = options.colour ? colours : plain;
  const { at, severity } = diagnostic;
  const tone = severity === 'error' ? paint.red : paint.yellow;
  const lines = [
    `${paint.bold(`${safeLine(at.file)}:${at.line}:${at.col}:`)} ${tone(`${severity}[${diagnostic.code}]`)}: ${safeText(diagnostic.message)}`,
    ...excerptLines(diagnostic, paint, tone),
  ];
  if (diagnostic.help !== undefined) {
    const [first = '', ...rest] = safeText(diagnostic.help).split('\n');
    lines.push(`  ${paint.cyan(`help: ${first}`)}`, ...rest.map((line) => `        ${line}`));
  }
  return lines.join('\n');
}

function excerptLines({ at, excerpt }: Diagnostic, paint: Paint, tone: (text: string) => string): readonly string[] {
  const first = (excerpt.split('\n')[0] ?? '').replaceAll('\t', ' ');
  if (first.trim() === '') return [];
  const cut = Math.max(0, at.col - 1 - maxExcerpt / 2);
  const shown = first.slice(cut, cut + maxExcerpt);
  const start = at.col - 1 - cut;
  const end = Math.max(start + 1, at.endLine === at.line ? at.endCol - 1 - cut : shown.trimEnd().length);
  const before = safeLine(shown.slice(0, start));
  const marked = safeLine(shown.slice(start, end));
  const gutter = `  ${at.line} | `;
  return [
    `${paint.dim(gutter)}${before}${marked}${safeLine(shown.slice(end))}`,
    `${paint.dim(`${' '.repeat(gutter.length - 2)}| `)}${' '.repeat(before.length)}${tone('^'.repeat(Math.max(1, marked.length)))}`,
  ];
}

type Paint = Readonly<Record<'red' | 'yellow' | 'cyan' | 'bold' | 'dim', (text: string) => string>>;

const same = (text: string): string => text;
const plain: Paint = { red: same, yellow: same, cyan: same, bold: same, dim: same };
const colours: Paint = {
  red: sgr(31),
  yellow: sgr(33),
  cyan: sgr(36),
  bold: sgr(1),
  dim: sgr(2),
};

function sgr(code: number): (text: string) => string {
  return (text) => `\u001b[${code}m${text}\u001b[0m`;
}
