import { type Choice, choose } from './choose.ts';
import { typeOf } from './context.ts';
import type { Denial } from './denials.ts';
import { findLasting } from './lasting.ts';
import { type Needs, needsOf, portType } from './needs.ts';
import type { PolicyFacts } from './policy-facts.ts';
import { webPort } from './port-candidates.ts';
import { booleanRemedy, labelRemedy, moduleRemedies, needText } from './port-remedies.ts';
import type { Question } from './question.ts';
import type { Remedies } from './remedies-schema.ts';
import { socketRemedy } from './socket-remedy.ts';
import { moduleOnly, socketResult, socketText } from './socket-results.ts';
import { untilReboot } from './until-reboot.ts';
import type { Upstream } from './upstreams.ts';

const none = {
  seen: [],
  foreseen: [],
  booleans: [],
  ports: [],
  sockets: [],
  modules: [],
  unsolved: [],
  undecided: [],
  stale: [],
  unrelated: [],
  until_reboot: [],
  packages: [],
};

/** The remedies for one host, from facts alone. */
export function findRemedies(facts: PolicyFacts, question: Question): Remedies {
  const drift = driftOf(facts);
  const idle = whyIdle(facts, question.worker);
  if (idle !== undefined) return { ...none, drift, enforced: false, summary: idle };
  if (question.after_reboot && typeOf(question.worker) === 'httpd_t') {
    return { ...none, drift, enforced: true, ...findLasting(facts, question) };
  }
  const needs = needsOf(facts, question.worker, question.denials, question.upstreams, question.complete);
  const notes = {
    seen: needTexts(needs, 'denied'),
    foreseen: needTexts(needs, 'configured'),
    stale: needs.stale.map(denialText),
    unrelated: needs.unrelated.map(denialText),
    undecided: needs.open,
    drift,
    enforced: true,
  };
  const domain = typeOf(question.worker);
  if (domain !== 'httpd_t') {
    const why = `nginx runs as ${domain}, not httpd_t: the web server's booleans and labels do not reach it`;
    const wanted = [
      ...needs.ports.map(({ port }) => `connect to tcp/${port}`),
      ...needs.sockets.map(({ socket }) => `reach ${socket.path}`),
    ];
    const unsolved = wanted.map((access) => ({ access, why }));
    return { ...none, ...notes, unsolved, summary: why };
  }
  const tcp = choose(facts, question.worker, needs.ports, question.prefer);
  const unix = solveSockets(facts, question.worker, needs);
  const of = (kind: string): readonly Choice[] => tcp.chosen.filter((choice) => choice.candidate.kind === kind);
  const found = {
    booleans: of('boolean').map((choice) => booleanRemedy(question.worker, choice)),
    ports: labelRemedy(question.worker, of('label')),
    sockets: unix.sockets,
    modules: [...moduleRemedies(question.worker, of('module')), ...unix.modules],
    unsolved: [...tcp.unsolved, ...unix.unsolved],
    until_reboot: untilReboot(facts, question.worker, typesInUse(facts, question.upstreams, of('label').length > 0)),
  };
  const labels = found.ports.length > 0 || found.sockets.some(({ fcontexts }) => fcontexts.some(({ rule }) => rule));
  const packages = labels && !facts.hasSemanage ? [semanagePackage] : [];
  return { ...found, ...notes, packages, summary: summaryOf({ ...found, ...notes, packages }) };
}

/** Holds semanage, in EL 8 and newer, Fedora, Debian and SUSE alike. */
const semanagePackage = 'policycoreutils-python-utils';

function whyIdle(facts: PolicyFacts, worker: string): string | undefined {
  if (facts.mode === 'disabled') return 'SELinux is disabled: it cannot be the cause';
  if (facts.mode === 'permissive') return 'SELinux is permissive: it denies nothing';
  if (worker === '') return 'nginx has no SELinux domain: is it running?';
  return facts.permissiveDomain ? `the domain ${typeOf(worker)} is permissive: it is denied nothing` : undefined;
}

function solveSockets(
  facts: PolicyFacts,
  worker: string,
  needs: Needs,
): Pick<Remedies, 'sockets' | 'modules' | 'unsolved'> {
  const granted = new Set<string>();
  const sockets: Remedies['sockets'][number][] = [];
  const modules: Remedies['modules'][number][] = [];
  const unsolved: Remedies['unsolved'][number][] = [];
  for (const need of needs.sockets) {
    const remedy = socketRemedy(facts, worker, need, granted);
    if ('why' in remedy) {
      unsolved.push(remedy);
      continue;
    }
    for (const { name } of remedy.modules) granted.add(name);
    if (remedy.fcontexts.length > 0) sockets.push(socketResult(facts, remedy));
    else modules.push(...moduleOnly(facts, remedy));
  }
  return { sockets, modules, unsolved };
}

/** The types of all configured ports; a label makes one more of them. */
function typesInUse(facts: PolicyFacts, upstreams: readonly Upstream[], labels: boolean): readonly string[] {
  const types = upstreams.flatMap((upstream) => (upstream.kind === 'tcp' ? [portType(facts, upstream.port)] : []));
  return [...types, ...(labels ? [webPort] : [])].filter((type) => type !== undefined);
}

function needTexts(needs: Needs, evidence: 'denied' | 'configured'): readonly string[] {
  return [
    ...needs.ports.filter((need) => need.evidence === evidence).map(needText),
    ...needs.sockets.filter((need) => need.evidence === evidence).map(socketText),
  ];
}

function driftOf(facts: PolicyFacts): readonly string[] {
  const word = (value: boolean) => (value ? 'on' : 'off');
  return [...facts.booleans.values()].flatMap(({ name, value, persistent }) =>
    persistent === undefined || persistent === value
      ? []
      : [`${name}: ${word(value)} now, ${word(persistent)} after a reboot`],
  );
}

function denialText(denial: Denial): string {
  const what = denial.port === undefined ? (denial.path ?? denial.name ?? '') : `port ${denial.port}`;
  const target = `${denial.target_type} (${denial.class} ${denial.permissions.join(' ')})`;
  return `${denial.source_type} → ${target}${what === '' ? '' : `, ${what}`}`;
}

function summaryOf(found: Omit<Remedies, 'summary'>): string {
  const titles = [...found.booleans, ...found.ports, ...found.sockets, ...found.modules].map(({ title }) => title);
  const open = found.unsolved.length === 0 ? [] : [`${found.unsolved.length} without a safe remedy`];
  const unread = found.undecided.length === 0 ? [] : [`${found.undecided.length} could not be looked at`];
  const fleeting = found.until_reboot.length === 0 ? [] : [`only until a reboot: ${found.until_reboot.join(', ')}`];
  const parts = [...titles, ...open, ...unread];
  if (parts.length > 0) return [...parts, ...fleeting].join('; ');
  const fine =
    found.stale.length > 0
      ? 'the policy now allows what it once denied'
      : 'the policy allows all that the upstreams need';
  return [fine, ...fleeting].join('; ');
}
