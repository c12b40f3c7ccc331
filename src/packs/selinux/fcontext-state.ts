import { unreadable } from '../../model/probe.ts';
import type { Unknown } from '../../model/unknown.ts';
import { lineOf, linesOf } from './answer-lines.ts';
import { parseContext, typeOf } from './context.ts';
import { canonicalTypes } from './context-probe.ts';
import { labelRulesScript, literalSpec, readLabelRules } from './file-contexts.ts';
import { kernelFunctions } from './kernel-access.ts';
import { storeScript } from './policy-store.ts';

/** The rule and the labels before a change. */
export interface FcontextState {
  /** The spec in the spelling that this host's semanage accepts. */
  readonly spec: string;
  /** The wanted type under the policy's own name. */
  readonly type: string;
  /** Type of the local rule for exactly that spec; `""` when there is none. */
  readonly local: string;
  /** The policy itself has a rule for exactly that spec and every kind of file: semanage keeps one rule per kind. */
  readonly in_base: boolean;
  /** The type that the rules give to the restored path now; `""` without a rule or a path. */
  readonly expected: string;
  /** Labels of what is to be restored, by path. */
  readonly labels: readonly PathLabel[];
}
export interface PathLabel {
  readonly path: string;
  readonly context: string;
  readonly type: string;
}

/** More than this is no socket's directory. */
const mostLabels = 500;

/**
 * Prints `spec SPEC` in the accepted spelling, the label rules, `expected CONTEXT`, one `label CONTEXT PATH` for each
 * object below `$restore`, `customizable TYPE` for each type that restorecon leaves alone, and the canonical names of all
 * types.
 */
export const fcontextScript = `${kernelFunctions}${storeScript}${labelRulesScript}
set -f
nl='
'
[ -e "$fs/enforce" ] && echo 'selinux yes' || { echo 'selinux no'; exit 0; }
known=$(for f in "$rules/file_contexts.subs" "$rules/file_contexts.subs_dist"; do cat "$f" 2>/dev/null; done)
respelled=$(printf '%s\\n' "$known" | while read -r from to rest; do
  case $from in /*) case $spec in "$from"/*) printf '%s' "$to\${spec#"$from"}"; break ;; esac ;; esac
done)
spec=\${respelled:-$spec}
printf 'spec %s\\n' "$spec"
MG_SPEC=$spec awk '$1 == ENVIRON["MG_SPEC"] && $2 !~ /^-/ { print "rule-base yes"; exit }' "$rules/file_contexts" 2>/dev/null
canonical "$type"
if [ -n "$restore" ]; then
  if command -v matchpathcon >/dev/null 2>&1; then echo "expected $(matchpathcon -n "$restore" 2>/dev/null)"; else echo 'expected ?'; fi
  if [ -n "$(find "$restore" -xdev -name "*$nl*" 2>/dev/null | head -n 1)" ]; then echo 'odd yes'; exit 0; fi
  labels=$(find "$restore" -xdev -exec stat -c '%C %n' {} + 2>/dev/null | head -n ${mostLabels + 1})
  [ -z "$labels" ] || printf '%s\\n' "$labels" | sed 's/^/label /'
  for t in $(printf '%s\\n' "$labels" | sed -n 's/^[^: ]*:[^: ]*:\\([^: ]*\\).*/\\1/p' | sort -u); do canonical "$t"; done
  t=$(matchpathcon -n "$restore" 2>/dev/null | sed -n 's/^[^: ]*:[^: ]*:\\([^: ]*\\).*/\\1/p')
  [ -z "$t" ] || canonical "$t"
fi
sed -n 's/^\\([A-Za-z0-9_.]*\\)[[:space:]]*$/customizable \\1/p' "\${rules%/files}/customizable_types" 2>/dev/null
command -v semanage >/dev/null 2>&1 && echo 'semanage yes' || echo 'semanage no'
`;

/** What {@link fcontextScript} printed of the rules and of the labels below `restore`. */
export function readFcontextState(stdout: string, type: string, restore: string): FcontextState | Unknown {
  if (lineOf(stdout, 'selinux') !== 'yes') return unreadable('SELinux is disabled: labels do not count here');
  if (lineOf(stdout, 'odd') === 'yes')
    return unreadable(`below ${restore} stand names with line feeds: label them by hand`);
  const spec = lineOf(stdout, 'spec');
  if (spec === undefined) return unreadable('the label rules cannot be read');
  if (linesOf(stdout, 'type').some((line) => line === `${type} -`))
    return unreadable(`this host's policy has no type ${type}`);
  const canonical = canonicalTypes(stdout);
  const labels = linesOf(stdout, 'label').flatMap((line) => parseLabel(line, restore, canonical));
  if (labels.length > mostLabels)
    return unreadable(`more than ${mostLabels} objects below ${restore}: choose a narrower path`);
  const local = readLabelRules(stdout).find((rule) => rule.spec === spec && rule.kind === '');
  if (local?.type === '')
    return unreadable(`a local rule gives ${spec} no label, on purpose (<<none>>): change it by hand`);
  if (local && !['', 's0'].includes(local.level))
    return unreadable(`the local rule for ${spec} has a level of its own (${local.level}): change it by hand`);
  return {
    spec,
    type: canonical(type),
    local: local ? canonical(local.type) : '',
    in_base: lineOf(stdout, 'rule-base') === 'yes',
    expected: canonical(typeOf(lineOf(stdout, 'expected') ?? '')),
    labels: labels.sort((a, b) => (a.path < b.path ? -1 : 1)),
  };
}

/** Whether semanage is there: without it no rule can be written. */
export function hasSemanage(stdout: string): boolean {
  return lineOf(stdout, 'semanage') === 'yes';
}

/** Types that administrators give to what they like; restorecon leaves them alone unless it is forced. */
export function customizableTypes(stdout: string): ReadonlySet<string> {
  return new Set(linesOf(stdout, 'customizable'));
}

/**
 * Whether the rule and the labels are those from before. Only paths that were there then and still are count: an
 * application makes its sockets anew, and what came since had no label before.
 */
export function sameFcontext(before: FcontextState, now: FcontextState): boolean {
  const contexts = new Map(now.labels.map(({ path, context }) => [path, context]));
  return (
    before.local === now.local &&
    before.labels.every(({ path, context }) => (contexts.get(path) ?? context) === context)
  );
}

function parseLabel(line: string, restore: string, canonical: (type: string) => string): readonly PathLabel[] {
  const space = line.indexOf(' ');
  const context = line.slice(0, space);
  const path = line.slice(space + 1);
  const parsed = parseContext(context);
  if (!parsed || !(path === restore || path.startsWith(`${restore}/`))) return [];
  return [{ path, context, type: canonical(parsed.type) }];
}

/** The path that a spec of the form `LITERAL` or `LITERAL(/.*)?` stands for; `""` for any other. */
export function pathOfSpec(spec: string): string {
  const literal = spec.endsWith('(/.*)?') ? spec.slice(0, -6) : spec;
  const path = literal.replace(/\\([^A-Za-z0-9])/g, '$1');
  return literalSpec(path) === literal || path === literal ? path : '';
}
