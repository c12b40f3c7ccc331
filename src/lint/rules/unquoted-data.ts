import { script } from '../example.ts';
import type { Finding, Rule } from '../rule.ts';
import { parsedAgain } from '../unwrap.ts';
import { mapping, type View } from '../view.ts';

export default {
  id: 'lint/unquoted-data',
  severity: 'error',
  title: 'data from `env:` without quotes in a script',
  reason:
    'What `env:` or `stdin:` hands over is data of a host or a user. Without quotes the shell splits it at blanks and expands its `*`; `eval`, `sh -c` and `$(( ))` even run it. (`${{ }}` in a script is quoted by mendgate itself.)',
  instead: 'write "$NAME", in double quotes, and never give it to eval or `sh -c`',
  example: {
    bad: `${script('systemctl restart $UNIT')}\n      env: { UNIT: "\${{ params.unit }}" }`,
    good: `${script('systemctl restart "$UNIT"')}\n      env: { UNIT: "\${{ params.unit }}" }`,
  },
  check: (view) => view.scripts.flatMap((entry) => found(entry)),
} satisfies Rule;

function found({ call, path, text }: View['scripts'][number]): readonly Finding[] {
  const names = Object.entries(mapping(call.params['env'])).flatMap(([name, value]) =>
    String(value).includes('${{') ? [name] : [],
  );
  if (text === undefined || names.length === 0) return [];
  const use = new RegExp(`\\$(?:\\{(?:${names.join('|')})[^}]*\\}|(?:${names.join('|')})(?!\\w))`, 'g');
  const bare = bareText(text);
  return [...bare.matchAll(use)].map((match): Finding => {
    const inside = [match.index, match.index + match[0].length] as const;
    return { path, inside, message: `${match[0]} holds data, and stands without quotes` };
  });
}

/** The script with everything in quotes, and all comments, blanked out; what is parsed once more is kept. */
function bareText(text: string): string {
  const kept = parsedAgain(text);
  return text.replaceAll(/"(?:\\.|[^"\\])*"|'[^']*'|(?:^|\s)#[^\n]*/gm, (whole, at: number) =>
    kept.some(({ start, end }) => start <= at && at < end) ? whole : ' '.repeat(whole.length),
  );
}
