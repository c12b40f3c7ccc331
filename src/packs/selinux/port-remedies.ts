import { type Choice, type Preference, takenBy } from './choose.ts';
import type { Access, PortNeed } from './needs.ts';
import { cilText, moduleNameOf } from './one-rule.ts';
import { type PortCandidate, webPort } from './port-candidates.ts';
import { together } from './proof.ts';
import type { BooleanRemedy, ModuleRemedy, PortRemedy } from './remedies-schema.ts';

/** Everything in this domain gains what a remedy opens. */
const whoGains = 'for every httpd_t process (nginx, Apache, php-fpm)';

/** A boolean that is enough by itself. Those in `fleeting` are on until the next reboot. */
export function booleanRemedy(worker: string, choice: Choice, fleeting: readonly string[] = []): BooleanRemedy {
  const [name = ''] = choice.candidate.booleans;
  const { note, decided } = choice.candidate;
  const ports = `${portCount(decided ?? choice.candidate.reach)} ${whoGains}${note === undefined ? '' : `; ${note}`}`;
  const title = fleeting.includes(name)
    ? `keep ${name} on, which is on now and off after a reboot`
    : `switch on ${name}${decided === undefined ? '' : ', which is off now and on after a reboot'}`;
  return {
    name,
    title,
    opens: choice.needs.map((need) => connect(worker, need.type)).filter(onceEach),
    ...evidence(choice),
    reach: choice.candidate.reach,
    reach_text: decided === undefined ? ports : `what the next reboot would open anyway: ${ports}`,
  };
}

/** All labels of a host are one remedy: they rest on the same boolean. */
export function labelRemedy(worker: string, choices: readonly Choice[]): readonly PortRemedy[] {
  if (choices.length === 0) return [];
  const needs = choices.flatMap((choice) => choice.needs.map((need) => ({ need, labelled: need === choice.needs[0] })));
  const ports = needs.filter(({ labelled }) => labelled).map(({ need }) => need.port);
  const booleans = [...new Set(choices.flatMap((choice) => choice.candidate.booleans))];
  const reach = choices.reduce((sum, choice) => sum + choice.candidate.reach, 0);
  return [
    {
      ports: needs
        .filter(({ labelled }) => labelled)
        .map(({ need }) => ({ port: need.port, protocol: 'tcp', type: webPort, current_type: need.type })),
      booleans,
      title: `label tcp ${ports.join(', ')} as ${webPort}${booleans.length === 0 ? '' : `, and switch on ${booleans.join(', ')}`}`,
      opens: [connect(worker, webPort)],
      solves: choices.flatMap((choice) => evidence(choice).solves),
      ...together(choices.map((choice) => choice.candidate.proof)),
      alternatives: choices.flatMap((choice) => evidence(choice).alternatives),
      reach,
      reach_text: `${portCount(reach)} ${whoGains}`,
    },
  ];
}

/** One-rule modules; each says what it would have been otherwise. */
export function moduleRemedies(worker: string, choices: readonly Choice[]): readonly ModuleRemedy[] {
  return choices.map((choice) => {
    const rule = connect(worker, choice.candidate.target);
    // Of equal reach a boolean or label would have been taken.
    const offered = choice.alternatives.some(({ kind }) => kind !== 'module');
    const why = offered ? 'narrower than what the distribution offers' : 'no boolean or label does it here';
    return {
      name: moduleNameOf(rule),
      cil: cilText([rule]),
      title: `allow httpd_t to connect to ${rule.target}, by a one-rule module`,
      opens: [rule],
      ...evidence(choice),
      reach: choice.candidate.reach,
      reach_text: `${portCount(choice.candidate.reach)} ${whoGains}; ${why}`,
    };
  });
}

function connect(source: string, target: string): Access {
  return { source, target, class: 'tcp_socket', permission: 'name_connect' };
}

function evidence(
  choice: Choice,
): Pick<BooleanRemedy, 'solves' | 'proof' | 'proved_by' | 'proof_text' | 'alternatives'> {
  return {
    solves: choice.needs.map((need) => needText(need)),
    ...together([choice.candidate.proof]),
    alternatives: [
      ...choice.alternatives.map((candidate) => `${takenWith(choice, candidate)}${alternativeText(candidate)}`),
      ...choice.refused.map((text) => `not ${text}`),
    ],
  };
}

/** How a port stands in lists. */
export function needText(need: PortNeed): string {
  return `tcp/${need.port} (${need.type}${need.hidden ? '; a dontaudit rule keeps it out of the log' : ''})`;
}

const preferences = ['least-reach', 'distro', 'boolean'] as const satisfies readonly Preference[];

/** The preference that takes this alternative, where there is one: `prefer=distro: `. */
function takenWith(choice: Choice, candidate: PortCandidate): string {
  const by = preferences.find((prefer) => takenBy(choice, prefer) === candidate);
  return by === undefined ? '' : `prefer=${by}: `;
}

function alternativeText(candidate: PortCandidate): string {
  return `${candidate.text}: ${portCount(candidate.decided ?? candidate.reach)}`;
}

function portCount(count: number): string {
  return count === 1 ? '1 TCP port' : `${count} TCP ports`;
}

function onceEach(access: Access, at: number, all: readonly Access[]): boolean {
  return all.findIndex((other) => other.target === access.target) === at;
}
