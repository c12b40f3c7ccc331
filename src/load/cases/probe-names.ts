import type { ProbeCall, Runbook } from '../../model/runbook.ts';

/**
 * What a runbook calls its readings, and which probe each is: by place (`confirm.worker`, `symptom.gone.now`), and by the bare
 * name where that means one probe only. Those of runbooks that it uses too.
 */
export function probeNames(runbook: Runbook): ReadonlyMap<string, string> {
  const sites = sitesOf(runbook, '');
  const bare = new Map<string, Set<string>>();
  for (const [site, probe] of sites) {
    const name = site.slice(site.lastIndexOf('.') + 1);
    bare.set(name, (bare.get(name) ?? new Set()).add(probe));
  }
  const clear = [...bare].flatMap(([name, [probe = '', ...others]]) =>
    others.length === 0 ? [[name, probe] as const] : [],
  );
  return new Map([...sites, ...clear]);
}

type Site = readonly [string, string];

function sitesOf({ symptom, steps }: Runbook, prefix: string): readonly Site[] {
  const at = (site: string, calls: readonly ProbeCall[]): readonly Site[] =>
    calls.map(({ name, call }) => [`${prefix}${site}.${name}`, call]);
  return [
    ...(symptom === undefined ? [] : [...at('symptom', symptom.probes), ...at('symptom.gone', symptom.gone.probes)]),
    ...steps.flatMap(({ id, probes, verify, remediation }) => [
      ...at(id, [...probes, ...(verify?.probes ?? [])]),
      ...(remediation.kind === 'alternatives'
        ? remediation.alternatives.flatMap((alternative) => at(id, alternative.verify?.probes ?? []))
        : []),
      ...(remediation.kind === 'use' ? sitesOf(remediation.runbook, `${prefix}${id}/`) : []),
    ]),
  ];
}

/** Ids of all steps, and of alternatives as `STEP.ALTERNATIVE`. */
export function stepNames({ steps }: Runbook, prefix = ''): readonly string[] {
  return steps.flatMap(({ id, remediation }) => [
    `${prefix}${id}`,
    ...(remediation.kind === 'alternatives' ? remediation.alternatives.map((one) => `${prefix}${id}.${one.id}`) : []),
    ...(remediation.kind === 'use' ? stepNames(remediation.runbook, `${prefix}${id}/`) : []),
  ]);
}
