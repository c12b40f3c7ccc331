import { typeOf } from './context.ts';

/** An access as it stands in rules, by types. */
export interface Rule {
  readonly source: string;
  readonly target: string;
  readonly class: string;
  readonly permission: string;
}

/** The text of a module with exactly these rules, in CIL, which `semodule -i` takes without a compiler. */
export function cilText(rules: readonly Rule[]): string {
  return rules
    .map((rule) => `(allow ${typeOf(rule.source)} ${typeOf(rule.target)} (${rule.class} (${rule.permission})))\n`)
    .join('');
}

/** The rules of such a text; `undefined` when it holds anything else. */
export function rulesOf(cil: string): readonly Rule[] | undefined {
  const rules: Rule[] = [];
  for (const line of cil.split('\n')) {
    if (line.trim() === '') continue;
    const [, source, target, className, permission] =
      /^\(allow ([A-Za-z0-9_.]{1,127}) ([A-Za-z0-9_.]{1,127}) \(([a-z0-9_]{1,63}) \(([a-z0-9_]{1,63})\)\)\)$/.exec(
        line,
      ) ?? [];
    if (!source || !target || !className || !permission) return undefined;
    rules.push({ source, target, class: className, permission });
  }
  return rules;
}

/** A name that tells what the module does, and is the same in every run: `mendgate_httpd_t_name_connect_ntop_port_t`. */
export function moduleNameOf(rule: Rule): string {
  const name = `mendgate_${typeOf(rule.source)}_${rule.permission}_${typeOf(rule.target)}`;
  return name.replaceAll('.', '_').slice(0, 120);
}
