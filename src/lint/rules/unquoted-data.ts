import { script } from '../example.ts';
import type { Finding, Rule } from '../rule.ts';
import { parsedAgain } from '../unwrap.ts';
import { mapping, type View } from '../view.ts';

export default {
  id: 'lint/unquoted-data',
  severity: 'error',
  title: 'data without quotes in a script',
  reason:
    'What `env:` or `stdin:` hands over, or a variable took from `${{ }}`, is data of a host or a user. Without quotes the shell splits it at blanks and expands its `*`; `eval`, `sh -c` and `$(( ))` even run it. (`${{ }}` in a script is quoted by mendgate itself.)',
  instead: 'write "$NAME", in double quotes, and never give it to eval or `sh -c`',
  example: {
    bad: `${script('systemctl restart $UNIT')}\n      env: { UNIT: "\${{ params.unit }}" }`,
    good: `${script('systemctl restart "$UNIT"')}\n      env: { UNIT: "\${{ params.unit }}" }`,
  },
  check: (view) => view.scripts.flatMap((entry) => found(entry)),
} satisfies Rule;

function found({ call, path, text }: View['scripts'][number]): readonly Finding[] {
  const given = Object.entries(mapping(call.params['env'])).flatMap(([name, value]) =>
    String(value).includes('${{') ? [name] : [],
  );
  const names = withAssigned(given, String(call.params['script']));
  if (text === undefined || names.length === 0) return [];
  const use = new RegExp(useOf(names), 'g');
  const bare = bareText(text);
  return [...bare.matchAll(use)].map((match): Finding => {
    const inside = [match.index, match.index + match[0].length] as const;
    return { path, inside, message: `${match[0]} holds data, and stands without quotes` };
  });
}

/** What stands for one of these variables: `$NAME`, `${NAME…}`. */
function useOf(names: readonly string[]): string {
  return `\\$(?:\\{(?:${names.join('|')})[^}]*\\}|(?:${names.join('|')})(?!\\w))`;
}

/** With the variables that the script gives such data to, or `${{ }}` itself: `y=${{ params.x }}`, `z="a $y"`. */
function withAssigned(given: readonly string[], script: string): readonly string[] {
  const assignments = /(?<![\w$])([A-Za-z_]\w*)=((?:"(?:\\.|[^"\\])*"|\$\{\{.*?\}\}|[^\s;&|"'()])+)/gs;
  const names = new Set(given);
  for (const [, name = '', value = ''] of script.matchAll(assignments)) {
    // What a command prints of it is no longer the data itself.
    if (/\$\((?!\()|`/.test(value)) continue;
    if (value.includes('${{') || (names.size > 0 && new RegExp(useOf([...names])).test(value))) names.add(name);
  }
  return [...names];
}

/** The script with everything in quotes, and all comments, blanked out; what is parsed once more is kept. */
function bareText(text: string): string {
  const kept = parsedAgain(text);
  return text.replaceAll(/"(?:\\.|[^"\\])*"|'[^']*'|(?:^|\s)#[^\n]*/gm, (whole, at: number) =>
    kept.some(({ start, end }) => start <= at && at < end) ? whole : ' '.repeat(whole.length),
  );
}
