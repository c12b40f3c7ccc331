import type { HostState } from './host-state.ts';

/** The policy's own rules as EL 9 spells them, the last that matches counts. Other hosts of the fleet have no sockets. */
const rules: readonly (readonly [RegExp, string])[] = [
  [/^\/.*$/, 'default_t'],
  [/^\/$/, 'root_t'],
  [/^\/var\/run(\/.*)?$/, 'var_run_t'],
  [/^\/var\/run\/php-fpm(\/.*)?$/, 'httpd_var_run_t'],
  [/^\/var\/run\/nginx.*$/, 'httpd_var_run_t'],
];

/** A path or spec in the spelling that the rules use. */
export function ruleSpec({ distribution }: HostState, path: string): string {
  const known = distribution.equivalences.find(([from]) => path === from || path.startsWith(`${from}/`));
  return known === undefined ? path : known[1] + path.slice(known[0].length);
}

/** The path that `LITERAL(/.*)?` stands for. */
export function specOf(spec: string): string {
  return spec.replace(/\(\/\.\*\)\?$/, '').replace(/\\(.)/g, '$1');
}

/** The type that the rules, local ones first, give to a path. */
export function expectedType(state: HostState, path: string): string {
  const spelled = ruleSpec(state, path);
  const local = [...state.labelRules].findLast(([spec]) => new RegExp(`^${spec}$`).test(spelled));
  return local?.[1] ?? rules.findLast(([pattern]) => pattern.test(spelled))?.[1] ?? 'default_t';
}

/** `equivalence …` and `rule-local …` as the packs' scripts print them. */
export function ruleLines(state: HostState): readonly string[] {
  return [
    ...state.distribution.equivalences.map(([from, to]) => `equivalence ${from} ${to}`),
    ...[...state.labelRules].map(([spec, type]) => `rule-local ${spec}    system_u:object_r:${type}:s0`),
  ];
}

/** restorecon -R: labels as the rules say. */
export function restoreLabels(state: HostState, path: string): void {
  for (const [at, node] of state.files) {
    if (at === path || at.startsWith(`${path}/`)) node.type = expectedType(state, at);
  }
}
