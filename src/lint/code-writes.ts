import { isNoFile } from './only-reads.ts';

/** The file that the code of a `sed` or an `awk` writes: `w FILE`, `print > "FILE"`; `undefined`: none is seen. */
export function writtenByCode(program: string, args: readonly string[]): string | undefined {
  const find = /^g?sed$/.test(program) ? sedTargets : /^[gmn]?awk$/.test(program) ? awkTargets : undefined;
  return find && args.flatMap(find).find((target) => !isNoFile(target));
}

/** `s/a/b/` and `/re/` may hold anything. */
const pattern = /([sy])([^\w\s\\;{}])(?:\\.|(?!\2)[^\\])*\2(?:\\.|(?!\2)[^\\])*\2|(?<![wW]\s)\/(?:\\.|[^/\\])*\//gs;

function sedTargets(code: string): readonly string[] {
  // A path is no code.
  if (/^\/[\w./-]*$/.test(code)) return [];
  const commands = code.replaceAll(pattern, (_, kind: string | undefined) => (kind === undefined ? '$' : '}'));
  return [...commands.matchAll(/(?:^|[;{}\n!,$\d])[gpIiMm\d]*[ \t]*[wW][ \t]+(\S+)/g)].map(([, file = '']) => file);
}

function awkTargets(code: string): readonly string[] {
  // What stands in parentheses compares; a `>` in a text or a regular expression is one character of it.
  let plain = code.replaceAll(/"((?:\\.|[^"\\])*)"/g, (_, text: string) => `"${text.replaceAll(/[^\w./-]/g, '_')}"`);
  for (let before = ''; before !== plain; ) {
    before = plain;
    plain = plain.replaceAll(/\([^()]*\)/g, '_');
  }
  return [...plain.matchAll(/\bprintf?\b[^;{}\n|>]*>>?\s*("[^"]*"|[\w$]+)/g)].map(([, file = '']) =>
    file.replaceAll('"', ''),
  );
}
