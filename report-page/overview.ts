// What is shown while no host is: diagnoses, what to type next, warnings.

import type { PageIndex } from '../src/reports/html/page-data.ts';
import { report } from './data.ts';
import { el } from './dom.ts';
import { addressOf, type Place } from './place.ts';
import { badge, commandList, plural, verdictBar } from './words.ts';

const mostWarnings = 200;

export function makeOverview(place: Place): readonly Node[] {
  const { commands, warnings, diagnoses } = report;
  return [
    ...(commands.length === 0 ? [] : [el('section', {}, el('h2', {}, 'What to type next'), commandList(commands))]),
    el(
      'h2',
      { id: 'page-title', tabindex: '-1' },
      diagnoses.length === 1 ? 'One diagnosis' : `${diagnoses.length.toLocaleString('en')} diagnoses`,
    ),
    el('ol', { class: 'diagnoses' }, ...diagnoses.map((group) => diagnosisCard(group, place))),
    ...(warnings.length === 0 ? [] : [warningList()]),
  ];
}

function diagnosisCard(group: PageIndex['diagnoses'][number], place: Place): HTMLElement {
  const chosen = place.diagnosis === group.diagnosis;
  const address = addressOf(place, { host: undefined, diagnosis: chosen ? undefined : group.diagnosis });
  return el(
    'li',
    { class: chosen ? 'card chosen' : 'card' },
    el('h3', {}, el('a', { href: address, 'aria-current': chosen ? 'true' : undefined }, group.diagnosis)),
    verdictBar(group.verdicts, report.hosts.length),
    el(
      'p',
      { class: 'counts' },
      el('strong', {}, plural(group.hosts, 'host')),
      ...group.verdicts.flatMap(({ verdict, hosts }) => [' ', badge(verdict), ` ${hosts.toLocaleString('en')}`]),
    ),
    hostNames(group.names),
  );
}

/** Folded; where they are many and their numbers scattered, behind a line to unfold. */
function hostNames(names: string): HTMLElement {
  const text = el('p', { class: 'names' }, names);
  return names.length <= 160 ? text : el('details', {}, el('summary', {}, 'Which hosts'), text);
}

function warningList(): HTMLElement {
  const { warnings } = report;
  const rest = warnings.length - mostWarnings;
  return el(
    'section',
    {},
    el('h2', {}, plural(warnings.length, 'warning')),
    el(
      'ul',
      { class: 'warnings' },
      ...warnings
        .slice(0, mostWarnings)
        .map(({ message, host }) => el('li', {}, host !== undefined && el('strong', {}, `${host}: `), message)),
      rest > 0 && el('li', {}, `${rest} more`),
    ),
  );
}
