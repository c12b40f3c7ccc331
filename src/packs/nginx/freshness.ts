import { anyOverlap, type Resource } from '../../model/resource.ts';

/** What the running nginx has loaded, and what it would load. Times are epoch seconds on the host's clock. */
export interface Freshness {
  readonly running: boolean;
  readonly master_pid: number;
  /** Empty when systemd does not hold it. */
  readonly unit: string;
  readonly binary: string;
  /** Arguments for `-t`, so that it tests what the master would load. */
  readonly options: readonly string[];
  /** Start of the oldest worker that is not shutting down: what it runs was read just before. */
  readonly loaded: number;
  /** The files that changed last, newest first. `changed` is the latest moment at which it can have been. */
  readonly files: readonly { readonly path: string; readonly changed: number }[];
  /** Files and folders that nginx loads from, as resources. */
  readonly watched: readonly Resource[];
  /** Times have fractions; without them a reload waits until they cannot be confused. */
  readonly exact: boolean;
}

export interface Reload {
  readonly master_pid: number;
  readonly unit: string;
  readonly binary: string;
  readonly options: readonly string[];
  readonly exact: boolean;
  /** What is newer. */
  readonly why: readonly string[];
}

/** A reload when some file changed after the workers started. What does not run loads its files when it starts. */
export function staleNow(state: Freshness): Reload | undefined {
  const newer = state.files.filter((file) => file.changed > state.loaded).map((file) => file.path);
  return state.running && newer.length > 0 ? reload(state, newer) : undefined;
}

/** The same when earlier calls of the fix, not made yet, touch these resources. */
export function staleAfter(state: Freshness, touched: readonly Resource[]): Reload | undefined {
  if (!state.running) return undefined;
  const changing = touched.filter((resource) => anyOverlap(spellings(resource), state.watched));
  if (changing.length === 0) return staleNow(state);
  return reload(
    state,
    changing.map((resource) => (resource === '*' ? 'whatever a command changes' : resource.replace(/^file:/, ''))),
  );
}

/** A folder named without `/*` means what is in it, too. */
function spellings(resource: Resource): readonly Resource[] {
  return resource.startsWith('file:') && !resource.endsWith('*') ? [resource, `${resource}/*`] : [resource];
}

function reload({ master_pid, unit, binary, options, exact }: Freshness, why: readonly string[]): Reload {
  return { master_pid, unit, binary, options, exact, why: why.slice(0, 20) };
}

/** Whether a file's change can have come after the workers' start. */
export function latestChange(changed: number, exact: boolean): number {
  return exact ? changed : Math.floor(changed) + 1;
}
