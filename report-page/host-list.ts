// The list of hosts beside the page, with search and filters.

import type { PageEntry } from '../src/reports/html/page-data.ts';
import { report } from './data.ts';
import { el, visible } from './dom.ts';
import { addressOf, fits, type Place, placeNow, replacePlace } from './place.ts';
import { badge, plural } from './words.ts';

interface Row {
  readonly entry: PageEntry;
  readonly item: HTMLLIElement;
  readonly link: HTMLAnchorElement;
  readonly haystack: string;
}

/** In the run's order. */
export const rows: readonly Row[] = report.hosts.map((entry) => {
  const diagnosis = report.diagnoses[entry.diagnosis]?.diagnosis ?? '';
  const link = el(
    'a',
    { href: '#' },
    el('span', { class: 'name' }, entry.host),
    badge(entry.verdict),
    el('span', { class: 'about' }, entry.reason ?? diagnosis),
  );
  const haystack = [entry.host, diagnosis, entry.reason ?? '', entry.words].join('\n').toLowerCase();
  return { entry, item: el('li', {}, link), link, haystack };
});

const search = el('input', {
  id: 'search',
  type: 'search',
  placeholder: 'Host, diagnosis, change, reason',
  autocomplete: 'off',
  spellcheck: 'false',
});
const verdictButtons = report.verdicts.map(({ verdict, hosts }) => ({
  verdict,
  button: el(
    'button',
    { type: 'button', class: 'filter', 'aria-pressed': 'false' },
    badge(verdict),
    el('span', { class: 'count' }, hosts.toLocaleString('en')),
  ),
}));
const found = el('p', { class: 'found', role: 'status' });
const diagnosisFilter = el('p', { class: 'by-diagnosis', hidden: true });
/** Who needs a look comes first. */
const order = new Map(report.verdicts.map(({ verdict }, at) => [verdict, at]));
const sorted = [...rows].sort((a, b) => (order.get(a.entry.verdict) ?? 0) - (order.get(b.entry.verdict) ?? 0));
const list = el('ul', { class: 'hosts' }, ...sorted.map(({ item }) => item));

export function makeHostList(): HTMLElement {
  search.addEventListener('input', () => replacePlace(addressOf(placeNow(), { search: search.value })));
  for (const { verdict, button } of verdictButtons) {
    button.addEventListener('click', () => {
      const { verdicts } = placeNow();
      const others = verdicts.filter((other) => other !== verdict);
      replacePlace(
        addressOf(placeNow(), { verdicts: others.length < verdicts.length ? others : [...verdicts, verdict] }),
      );
    });
  }
  return el(
    'nav',
    { class: 'side', 'aria-label': 'Hosts' },
    el(
      'div',
      { class: 'controls' },
      el('label', { for: 'search' }, 'Search', el('kbd', { 'aria-hidden': 'true' }, '/')),
      search,
    ),
    el(
      'div',
      { class: 'filters', role: 'group', 'aria-label': 'Only hosts with these verdicts' },
      ...verdictButtons.map(({ button }) => button),
    ),
    diagnosisFilter,
    found,
    list,
  );
}

export function showHostList(place: Place): void {
  if (search.value !== place.search) search.value = place.search;
  for (const { verdict, button } of verdictButtons)
    button.setAttribute('aria-pressed', String(place.verdicts.includes(verdict)));
  let count = 0;
  for (const { entry, item, link, haystack } of rows) {
    const shown = fits(entry, place, haystack);
    item.hidden = !shown;
    if (shown) count += 1;
    link.href = addressOf(place, { host: entry.host });
    if (entry.host === place.host) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  found.textContent = `${count.toLocaleString('en')} of ${plural(rows.length, 'host')}`;
  if (count < rows.length)
    found.append(
      ' ',
      el('a', { href: addressOf({ host: place.host, verdicts: [], diagnosis: undefined, search: '' }) }, 'Show all'),
    );
  diagnosisFilter.hidden = place.diagnosis === undefined;
  if (place.diagnosis !== undefined)
    diagnosisFilter.replaceChildren('Diagnosis: ', el('strong', {}, visible(place.diagnosis)));
}

/** Up and down in the list, from the search field too; `/` goes to the search field. */
export function onListKey(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = event.target === search;
  if (event.key === '/' && !typing) {
    event.preventDefault();
    search.focus();
    search.select();
  }
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
  const shown = sorted.filter(({ item }) => !item.hidden).map(({ link }) => link);
  const at = shown.indexOf(document.activeElement as HTMLAnchorElement);
  if (at === -1 && !typing) return;
  event.preventDefault();
  const next = at + (event.key === 'ArrowDown' ? 1 : -1);
  if (next < 0) search.focus();
  else shown[next]?.focus();
}

/** Only the list: the page stays where it is. */
export function scrollListTo(item: HTMLElement | undefined): void {
  if (item === undefined || item.hidden) return;
  const { top, bottom } = list.getBoundingClientRect();
  const at = item.getBoundingClientRect();
  if (at.top < top || at.bottom > bottom) list.scrollTop += at.top - top - list.clientHeight / 3;
}
