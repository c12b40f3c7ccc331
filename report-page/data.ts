// The data of the page: JSON in script elements that no browser runs. See src/reports/html/.

import type { PageHost, PageIndex, Pooled } from '../src/reports/html/page-data.ts';

function read(id: string): unknown {
  return JSON.parse(document.getElementById(id)?.textContent ?? 'null');
}

export const report = read('report') as PageIndex;

let pool: readonly Pooled[] | undefined;

/** A host's evidence; read when it is wanted. */
export function hostAt(place: number): PageHost {
  pool ??= read('pool') as readonly Pooled[];
  return whole(read(`host-${place}`) as Pooled) as unknown as PageHost;
}

/** Puts the pooled parts back in their places. */
function whole(value: Pooled): Pooled {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(whole);
  const members = value as { readonly [name: string]: Pooled };
  const place = members['$'];
  if (typeof place === 'number') return whole(pool?.[place] ?? null);
  return Object.fromEntries(Object.entries(members).map(([name, member]) => [name, whole(member)]));
}
