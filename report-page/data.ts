// The data of the page: JSON in script elements that no browser runs. See src/reports/html/.

type PageIndex = import('../src/reports/html/page-data.ts').PageIndex;
type PageEntry = import('../src/reports/html/page-data.ts').PageEntry;
type PageHost = import('../src/reports/html/page-data.ts').PageHost;
type PageStep = import('../src/reports/html/page-data.ts').PageStep;
type PageItem = import('../src/reports/html/page-data.ts').PageItem;
type PageChange = import('../src/reports/html/page-data.ts').PageChange;
type PageReading = import('../src/reports/html/page-data.ts').PageReading;
type PageResult = import('../src/model/result.ts').StepResult;
type Pooled = import('../src/reports/html/page-data.ts').Pooled;
type End = PageEntry['verdict'];
type Reason = import('../src/model/plan.ts').Reason;

function read(id: string): unknown {
  return JSON.parse(document.getElementById(id)?.textContent ?? 'null');
}

const report = read('report') as PageIndex;

let pool: readonly Pooled[] | undefined;

/** A host's evidence; read when it is wanted. */
function hostAt(place: number): PageHost {
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
