// What is shown stands in the address (#host=web01&verdict=unreachable&q=tomcat), so that it can be sent to a colleague.

import type { PageEntry } from '../src/reports/html/page-data.ts';
import { report } from './data.ts';

export interface Place {
  readonly host: string | undefined;
  readonly verdicts: readonly string[];
  readonly diagnosis: string | undefined;
  readonly search: string;
}

export function placeNow(): Place {
  const given = new URLSearchParams(location.hash.slice(1));
  return {
    host: given.get('host') ?? undefined,
    verdicts: (given.get('verdict') ?? '').split(',').filter((verdict) => verdict !== ''),
    diagnosis: given.get('diagnosis') ?? undefined,
    search: given.get('q') ?? '',
  };
}

/** The address of a place; what is `undefined` in `other` is left out. */
export function addressOf(place: Place, other: Partial<{ [K in keyof Place]: Place[K] }> = {}): string {
  const { host, verdicts, diagnosis, search } = { ...place, ...other };
  const given = new URLSearchParams();
  if (host !== undefined) given.set('host', host);
  if (verdicts.length > 0) given.set('verdict', verdicts.join(','));
  if (diagnosis !== undefined) given.set('diagnosis', diagnosis);
  if (search !== '') given.set('q', search);
  return `#${given}`;
}

/** Goes there without an entry in the browser's history: each letter of a search would make one. */
export function replacePlace(address: string): void {
  history.replaceState(null, '', address);
  // The browser tells nobody of this one.
  dispatchEvent(new HashChangeEvent('hashchange'));
}

/** Whether a host is one of those that are looked for. */
export function fits(entry: PageEntry, place: Place, haystack: string): boolean {
  if (place.verdicts.length > 0 && !place.verdicts.includes(entry.verdict)) return false;
  if (place.diagnosis !== undefined && report.diagnoses[entry.diagnosis]?.diagnosis !== place.diagnosis) return false;
  return wordsOf(place.search).every((word) => haystack.includes(word));
}

function wordsOf(search: string): readonly string[] {
  return search
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
}
