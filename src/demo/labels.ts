import type { HostState } from './host-state.ts';

/** EL 9 writes its label rules for `/var/run`, and tells it in file_contexts.subs_dist. */
const equivalence = { from: '/run', to: '/var/run' } as const;

/** The policy's own rules, the last that matches counts. */
const rules: readonly (readonly [RegExp, string])[] = [
  [/^\/.*$/, 'default_t'],
  [/^\/$/, 'root_t'],
  [/^\/var\/run(\/.*)?$/, 'var_run_t'],
  [/^\/var\/run\/php-fpm(\/.*)?$/, 'httpd_var_run_t'],
  [/^\/var\/run\/nginx.*$/, 'httpd_var_run_t'],
];

/** A path or spec in the spelling that the rules use. */
export function ruleSpec(path: string): string {
  const { from, to } = equivalence;
  return path === from || path.startsWith(`${from}/`) ? to + path.slice(from.length) : path;
}

/** The path that `LITERAL(/.*)?` stands for. */
export function specOf(spec: string): string {
  return spec.replace(/\(\/\.\*\)\?$/, '').replace(/\\(.)/g, '$1');
}

/** The type that the rules, local ones first, give to a path. */
export function expectedType(state: HostState, path: string): string {
  const spelled = ruleSpec(path);
  const local = [...state.labelRules].findLast(([spec]) => new RegExp(`^${spec}$`).test(spelled));
  return local?.[1] ?? rules.findLast(([pattern]) => pattern.test(spelled))?.[1] ?? 'default_t';
}

/** `equivalence …` and `rule-local …` as the packs' scripts print them. */
export function ruleLines(state: HostState): readonly string[] {
  return [
    `equivalence ${equivalence.from} ${equivalence.to}`,
    ...[...state.labelRules].map(([spec, type]) => `rule-local ${spec}    system_u:object_r:${type}:s0`),
  ];
}

/** restorecon -R: labels as the rules say. */
export function restoreLabels(state: HostState, path: string): void {
  for (const [at, node] of state.files) {
    if (at === path || at.startsWith(`${path}/`)) node.type = expectedType(state, at);
  }
}
