import { choose } from './choose.ts';
import { needsOf, type PortNeed, portType } from './needs.ts';
import type { PolicyFacts } from './policy-facts.ts';
import { booleanRemedy, labelRemedy, moduleRemedies, needText } from './port-remedies.ts';
import type { Question } from './question.ts';
import type { Remedies } from './remedies-schema.ts';
import { afterReboot, fleetingBooleans, untilReboot } from './until-reboot.ts';

/** What keeps open what a reboot would close: the way with the least reach, which need not be the boolean of today. */
type Lasting = Pick<Remedies, 'booleans' | 'ports' | 'modules' | 'unsolved' | 'foreseen' | 'until_reboot' | 'summary'>;

/**
 * The choice is made as it would be after the reboot, so a wide boolean that somebody switched on to get by becomes no
 * lasting one. It rests on this host's own rules: what the kernel will answer after a reboot nobody can ask it now, and
 * no look after the change could show a mistake.
 */
export function findLasting(facts: PolicyFacts, { worker, upstreams, prefer }: Question): Lasting {
  const ports = upstreams.flatMap((upstream) => (upstream.kind === 'tcp' ? [upstream.port] : []));
  const types = ports.flatMap((port) => portType(facts, port) ?? []);
  const until_reboot = untilReboot(facts, worker, types);
  const found = { booleans: [], ports: [], modules: [], unsolved: [], foreseen: [], until_reboot };
  if (until_reboot.length === 0) return { ...found, summary: 'a reboot takes nothing away that nginx needs' };
  const fleeting = `only until a reboot: ${until_reboot.join(', ')}`;
  if (!facts.rules) {
    const why = 'needs sesearch (package setools-console, on Debian setools), to prove which remedy opens least';
    const access = `what ${until_reboot.join(', ')} opens, after a reboot`;
    return { ...found, unsolved: [{ access, why }], summary: `${fleeting}; what would last ${why}` };
  }
  const later = afterReboot(facts, facts.rules);
  const needs = (of: PolicyFacts): readonly PortNeed[] => needsOf(of, worker, [], upstreams, true).ports;
  const today = new Set(needs(facts).map(({ port }) => port));
  const lost = needs(later).filter(({ port }) => !today.has(port));
  const { chosen, unsolved } = choose(later, worker, lost, prefer);
  const of = (kind: string) => chosen.filter(({ candidate }) => candidate.kind === kind);
  const remedies = {
    booleans: of('boolean').map((choice) => booleanRemedy(worker, choice, fleetingBooleans(facts))),
    ports: labelRemedy(worker, of('label')),
    modules: moduleRemedies(worker, of('module')),
  };
  const titles = [...remedies.booleans, ...remedies.ports, ...remedies.modules].map(({ title }) => title);
  const summary = [...titles, fleeting].join('; ');
  return { ...found, ...remedies, unsolved, foreseen: lost.map(needText), summary };
}
