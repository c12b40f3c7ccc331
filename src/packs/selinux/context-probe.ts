import { defineProbe, unreadable } from '../../model/probe.ts';
import { lineOf, linesOf } from './answer-lines.ts';
import { typeOf } from './context.ts';
import { type Equivalence, labelRulesScript, readEquivalences, spelling } from './file-contexts.ts';
import { kernelFunctions } from './kernel-access.ts';
import { storeScript } from './policy-store.ts';
import { absolutePath } from './schemas.ts';

/**
 * Shell for `look PATH`, which prints `actual CONTEXT` (or `actual -` when the path does not exist) and
 * `expected CONTEXT`: what the policy's rules want there (`<<none>>` = no rule), `expected ?` without matchpathcon.
 */
const script = `${kernelFunctions}${storeScript}${labelRulesScript}
set -f
[ -e "$fs/enforce" ] && echo 'selinux yes' || { echo 'selinux no'; exit 0; }
if [ -e "$path" ] || [ -L "$path" ]; then
  c=$(stat -c %C -- "$path" 2>/dev/null) || c=$(ls -Zd -- "$path" 2>/dev/null)
  actual=''
  for word in $c; do case $word in *:*:*) actual=$word; break ;; esac; done
  echo "actual \${actual:-?}"
else
  echo 'actual -'
fi
if command -v matchpathcon >/dev/null 2>&1; then
  expected=$(matchpathcon -n "$path" 2>/dev/null)
  echo "expected \${expected:-<<none>>}"
else
  echo 'expected ?'
fi
for c in "$actual" "$expected"; do
  case $c in *:*:*) t=\${c#*:}; t=\${t#*:}; canonical "\${t%%:*}" ;; esac
done
`;

export default defineProbe({
  name: 'selinux.context',
  summary: 'The SELinux label of a file, directory or socket, and the one that the policy’s rules give it.',
  params: { type: 'object', properties: { path: absolutePath }, required: ['path'] },
  result: {
    type: 'object',
    properties: {
      exists: { type: 'boolean', description: 'There is something at that path' },
      context: { type: 'string', description: 'The whole label; empty when nothing is there' },
      type: { type: 'string', description: 'Its type' },
      expected: { type: 'string', description: 'The type that the rules give; empty when no rule covers the path' },
      matches_rule: { type: 'boolean', description: 'The type is the expected one; aliases count as equal' },
      rule_path: {
        type: 'string',
        description: 'The spelling of the path that semanage fcontext accepts on this host',
      },
    },
    required: ['exists', 'context', 'type', 'expected', 'matches_rule', 'rule_path'],
  },
  reads: ({ path }) => [`selinux.fcontext:${path}`, `file:${path}`],
  async read(host, { path }) {
    const answer = await host.run({ script, variables: { path } });
    return readContext(answer.stdout, path);
  },
});

/** What the script's lines say. */
function readContext(stdout: string, path: string) {
  if (lineOf(stdout, 'selinux') !== 'yes') return unreadable('SELinux is disabled: files have no labels that count');
  const actual = lineOf(stdout, 'actual') ?? '?';
  const expected = lineOf(stdout, 'expected') ?? '?';
  if (actual === '?') return unreadable(`the label of ${path} cannot be read`);
  if (expected === '?')
    return unreadable('matchpathcon is missing (package libselinux-utils, on Debian selinux-utils)');
  const canonical = canonicalTypes(stdout);
  const type = canonical(typeOf(actual));
  const wanted = canonical(typeOf(expected));
  const equivalences: readonly Equivalence[] = readEquivalences(stdout);
  return {
    exists: actual !== '-',
    context: actual === '-' ? '' : actual,
    type,
    expected: wanted,
    matches_rule: type !== '' && type === wanted,
    rule_path: spelling(path, equivalences),
  };
}

/** Alias → the policy's own name, as the kernel gave it; other names as they are. */
export function canonicalTypes(stdout: string): (type: string) => string {
  const names = new Map<string, string>();
  for (const line of linesOf(stdout, 'type')) {
    const [asked, name] = line.split(' ');
    if (asked && name && name !== '-') names.set(asked, name);
  }
  return (type) => names.get(type) ?? type;
}
