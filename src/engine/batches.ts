/** A host on which something is due, and what of: hosts of one kind are to be changed in the same way for the same reason. */
export interface Candidate {
  readonly host: string;
  readonly kind: string;
}

/** Hosts that are to be changed in the same way. `closed`: its first host has shown that it does not do. */
export interface Kind {
  readonly key: string;
  readonly state: 'unproved' | 'proved' | 'closed';
  /** How many of its hosts were in a batch. */
  readonly taken: number;
  readonly waiting: readonly string[];
}

/** How far a rollout has come. */
export interface Progress {
  /** In the order of their first hosts. */
  readonly kinds: readonly Kind[];
  /** Which of the sizes is next. */
  readonly entry: number;
}

export interface Batch {
  readonly hosts: readonly string[];
  /** Those of them that are the first of their kind. */
  readonly canaries: readonly string[];
}

/** What a host of a batch tells of its kind; `nothing`: it was not changed. */
export type Lesson = 'proved' | 'failed' | 'nothing';

/** Nobody has begun. Hosts keep their order within their kind. */
export function newProgress(candidates: readonly Candidate[]): Progress {
  const waiting = new Map<string, string[]>();
  for (const { host, kind } of candidates) {
    const hosts = waiting.get(kind);
    if (hosts === undefined) waiting.set(kind, [host]);
    else hosts.push(host);
  }
  const kinds = [...waiting].map(([key, hosts]): Kind => ({ key, state: 'unproved', taken: 0, waiting: hosts }));
  return { kinds, entry: 0 };
}

/**
 * The next batch, over all kinds: first one host of each kind that is not proved yet, then hosts of the proved ones, each kind in
 * its turn. `sizes`: of the batches, at least 1 each, the last repeats; a batch that had to stay smaller, since the rest of its
 * kinds is not proved, does not use its size up. No sizes: everybody at once. `undefined`: nobody is left who may begin.
 */
export function nextBatch(
  progress: Progress,
  sizes: readonly number[],
): { readonly batch: Batch; readonly progress: Progress } | undefined {
  const open = progress.kinds.filter(({ state, waiting }) => state !== 'closed' && waiting.length > 0);
  if (open.length === 0) return undefined;
  const size = sizes[Math.min(progress.entry, sizes.length - 1)];
  const taken = new Map<Kind, number>();
  if (size === undefined) for (const kind of open) taken.set(kind, kind.waiting.length);
  else {
    for (const kind of open.filter(({ state }) => state === 'unproved').slice(0, size)) taken.set(kind, 1);
    fill(
      taken,
      open.filter(({ state }) => state === 'proved'),
      size - taken.size,
    );
  }
  const hosts = [...taken].flatMap(([kind, count]) => kind.waiting.slice(0, count));
  const canaries = [...taken.keys()].flatMap(({ state, waiting }) => (state === 'unproved' ? waiting.slice(0, 1) : []));
  const kinds = progress.kinds.map((kind) => {
    const count = taken.get(kind) ?? 0;
    return { ...kind, taken: kind.taken + count, waiting: kind.waiting.slice(count) };
  });
  const entry = progress.entry + (hosts.length === size ? 1 : 0);
  return { batch: { hosts, canaries }, progress: { kinds, entry } };
}

/** Takes so many hosts of proved kinds: each time one of the kind of which the fewest were taken. */
function fill(taken: Map<Kind, number>, kinds: readonly Kind[], room: number): void {
  for (let left = room; left > 0; left -= 1) {
    let next: Kind | undefined;
    for (const kind of kinds) {
      const count = taken.get(kind) ?? 0;
      if (count >= kind.waiting.length) continue;
      if (next === undefined || kind.taken + count < next.taken + (taken.get(next) ?? 0)) next = kind;
    }
    if (next === undefined) return;
    taken.set(next, (taken.get(next) ?? 0) + 1);
  }
}

/** What a batch has taught: a kind is proved by its first host, or closed by it; later hosts take nothing back. */
export function afterBatch(progress: Progress, lessons: ReadonlyMap<string, Lesson>): Progress {
  return {
    ...progress,
    kinds: progress.kinds.map((kind) => {
      const lesson = lessons.get(kind.key);
      if (kind.state !== 'unproved' || lesson === undefined || lesson === 'nothing') return kind;
      return { ...kind, state: lesson === 'proved' ? 'proved' : 'closed' };
    }),
  };
}
