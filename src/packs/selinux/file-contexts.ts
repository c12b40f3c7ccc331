import { linesOf } from './answer-lines.ts';
import { parseContext } from './context.ts';

/** One local rule for labels: a regular expression over paths and the type that they get. */
export interface LabelRule {
  readonly spec: string;
  /** `-s`, `-d`, `--`, …: only objects of that kind; `""` = all. */
  readonly kind: string;
  /** `""` when the rule gives none: `<<none>>`, or a text that is no context. */
  readonly type: string;
  /** `""` in policies without levels. */
  readonly level: string;
}

/** `/var/run /run`: rules must be written for the second spelling. */
export interface Equivalence {
  readonly from: string;
  readonly to: string;
}

/**
 * Shell that prints the current policy's `equivalence FROM TO`, `rule-local SPEC [KIND] CONTEXT`, and `rule-base yes`
 * when the policy itself has a rule for exactly `$spec`.
 */
export const labelRulesScript = `
rules=/etc/selinux/$policytype/contexts/files
for f in "$rules/file_contexts.subs" "$rules/file_contexts.subs_dist"; do
  [ ! -r "$f" ] || sed -n 's/^[[:space:]]*\\(\\/[^[:space:]]*\\)[[:space:]][[:space:]]*\\(\\/[^[:space:]]*\\)[[:space:]]*$/equivalence \\1 \\2/p' "$f"
done
[ ! -r "$rules/file_contexts.local" ] || sed -n 's/^\\//rule-local \\//p' "$rules/file_contexts.local"
`;

export function readEquivalences(stdout: string): readonly Equivalence[] {
  return linesOf(stdout, 'equivalence').flatMap((line) => {
    const [from, to] = line.split(' ');
    return from && to ? [{ from, to }] : [];
  });
}

export function readLabelRules(stdout: string): readonly LabelRule[] {
  return linesOf(stdout, 'rule-local').map((line) => {
    const [spec = '', ...rest] = line.trim().split(/\s+/);
    const kind = rest.length > 1 ? (rest[0] ?? '') : '';
    const { type = '', level = '' } = parseContext(rest.at(-1) ?? '') ?? {};
    return { spec, kind, type, level };
  });
}

/**
 * The spelling under which semanage takes a path or spec: EL 8 and 9 want `/var/run/app(/.*)?`, Debian and newer Fedora
 * `/run/app(/.*)?`; each refuses the other. Read from the host, never from its release.
 */
export function spelling(pathOrSpec: string, equivalences: readonly Equivalence[]): string {
  const rule = equivalences.find(({ from }) => pathOrSpec === from || pathOrSpec.startsWith(`${from}/`));
  return rule ? rule.to + pathOrSpec.slice(rule.from.length) : pathOrSpec;
}

/** A path as a literal regular expression, for use in a spec. */
export function literalSpec(path: string): string {
  return path.replace(/[.^$*+?()[\]{}|\\]/g, '\\$&');
}

/** Whether a spec of the form that this pack writes, `LITERAL` or `LITERAL(/.*)?`, matches a path; undefined for others. */
export function specMatches(spec: string, path: string): boolean | undefined {
  const [, literal, tail] = /^((?:[^.^$*+?()[\]{}|\\]|\\[^A-Za-z0-9]){1,1024})(\(\/\.\*\)\?)?$/.exec(spec) ?? [];
  if (literal === undefined) return undefined;
  const plain = literal.replace(/\\(.)/g, '$1');
  return path === plain || (tail !== undefined && path.startsWith(`${plain}/`));
}
