import { readdirSync, readFileSync } from 'node:fs';

/** A fenced block of a page, and what it is there for. */
export type Block =
  /** Its name stands in the line before, as `NAME`: — a file of this project as it is, or one that the reader makes. */
  | { readonly kind: 'file'; readonly line: number; readonly path: string; readonly text: string }
  /** `sh`: one command a line, which ends with `exit` (0 unless `<!-- exit N: WHY -->` stands before the block). */
  | { readonly kind: 'commands'; readonly line: number; readonly lines: readonly string[]; readonly exit: number }
  /** `console`: after each `$ command` what it prints, answers to its questions among it; `…` alone: some lines. */
  | { readonly kind: 'screen'; readonly line: number; readonly shots: readonly Shot[]; readonly exit: number }
  /** `text`: a picture. */
  | { readonly kind: 'picture'; readonly line: number; readonly text: string }
  /** `<!-- not run: WHY -->` stands before it. */
  | { readonly kind: 'not_run'; readonly line: number; readonly why: string }
  /** None of these: an error of the page. */
  | { readonly kind: 'unmarked'; readonly line: number; readonly language: string };

/** A command and what it prints. */
export interface Shot {
  readonly command: string;
  readonly printed: readonly string[];
}

/** All pages that are written for users. */
export const pages: readonly string[] = [
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`)
    .sort(),
];

/** The fenced blocks of a page, in order. */
export function blocksOf(page: string): readonly Block[] {
  const lines = readFileSync(page, 'utf8').split('\n');
  const fences = lines.flatMap((line, index) => (line.startsWith('```') ? [index] : []));
  return fences.flatMap((opening, index) => {
    const closing = fences[index + 1];
    if (index % 2 === 1 || closing === undefined) return [];
    const before = lines.slice(Math.max(0, opening - 2), opening).join('\n');
    const text = `${lines.slice(opening + 1, closing).join('\n')}\n`;
    return [blockOf(before, lines[opening]?.slice(3).trim() ?? '', text, opening + 1)];
  });
}

function blockOf(before: string, language: string, text: string, line: number): Block {
  const why = /<!-- not run: ([^\n]+?) -->/.exec(before)?.[1];
  if (why !== undefined) return { kind: 'not_run', line, why };
  const path = /^`([^`\n]+)`:$/m.exec(before)?.[1];
  if (path !== undefined) return { kind: 'file', line, path, text };
  const exit = Number(/<!-- exit (\d+): [^\n]+ -->/.exec(before)?.[1] ?? 0);
  switch (language) {
    case 'sh':
      return { kind: 'commands', line, lines: text.trimEnd().split('\n'), exit };
    case 'console':
      return { kind: 'screen', line, shots: shotsOf(text), exit };
    case 'text':
      return { kind: 'picture', line, text };
    default:
      return { kind: 'unmarked', line, language };
  }
}

function shotsOf(text: string): readonly Shot[] {
  return text
    .split(/^\$ /m)
    .slice(1)
    .map((shot) => {
      const [command = '', ...printed] = shot.trimEnd().split('\n');
      return { command, printed };
    });
}
