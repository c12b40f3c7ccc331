// Puts the page together and follows its address.

import { report } from './data.ts';
import { byId, el } from './dom.ts';
import { makeHead } from './head.ts';
import { makeHostList, onListKey, rows, scrollListTo, showHostList } from './host-list.ts';
import { makeHostPage } from './host-page.ts';
import { makeOverview } from './overview.ts';
import { addressOf, placeNow } from './place.ts';

const places = new Map(report.hosts.map(({ host }, at) => [host, at]));
const main = el('main', { id: 'main' });
let shownHost: string | undefined;

function show(): void {
  const place = placeNow();
  showHostList(place);
  const at = place.host === undefined ? undefined : places.get(place.host);
  document.body.classList.toggle('with-host', at !== undefined);
  if (at !== undefined) {
    if (shownHost !== place.host) main.replaceChildren(...makeHostPage(place, at));
  } else {
    const within = main.contains(document.activeElement);
    main.replaceChildren(...makeOverview(place));
    if (within) main.querySelector<HTMLElement>('[aria-current]')?.focus();
    if (place.host !== undefined)
      main.prepend(el('p', { class: 'warn', role: 'alert' }, `This run has no host ${place.host}.`));
  }
  if (shownHost !== place.host) {
    main.scrollTop = 0;
    if (at !== undefined || shownHost !== undefined) byId('page-title').focus({ preventScroll: true });
    if (at !== undefined) scrollListTo(rows[at]?.item);
  }
  shownHost = place.host;
  document.title = `${place.host === undefined ? '' : `${place.host} · `}${report.runbook.id} · ${report.run}`;
}

document.body.append(
  el('a', { class: 'skip', href: '#main' }, 'Skip to the report'),
  makeHead(),
  el('div', { class: 'columns' }, makeHostList(), main),
  el(
    'footer',
    { class: 'foot' },
    `Made by mendgate ${report.mendgate} from the journal of ${report.run}. This page asks no server for anything.`,
  ),
);
document.querySelector('.skip')?.addEventListener('click', (event) => {
  // The address says what is shown; it must not be lost.
  event.preventDefault();
  byId('page-title').focus();
});
addEventListener('hashchange', show);
addEventListener('keydown', onListKey);
addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && placeNow().host !== undefined)
    location.hash = addressOf(placeNow(), { host: undefined });
});

// Paper cannot be unfolded.
const unfolded: HTMLDetailsElement[] = [];
addEventListener('beforeprint', () => {
  for (const details of main.querySelectorAll('details')) {
    if (details.open) continue;
    details.open = true;
    unfolded.push(details);
  }
});
addEventListener('afterprint', () => {
  for (const details of unfolded.splice(0)) details.open = false;
});
show();
