import { readFileSync, statSync } from 'node:fs';
import { isIP } from 'node:net';

/** Name → addresses, by names in lower case. */
export type HostsFile = ReadonlyMap<string, readonly string[]>;

/** `/etc/hosts`: an address, then its names. What cannot be read is skipped. */
export function parseHostsFile(text: string): HostsFile {
  const found = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const [address, ...names] = line.replace(/#.*/s, '').trim().split(/\s+/);
    if (address === undefined || isIP(address) === 0) continue;
    for (const name of names) {
      const known = found.get(name.toLowerCase()) ?? [];
      if (!known.includes(address)) known.push(address);
      found.set(name.toLowerCase(), known);
    }
  }
  return found;
}

/** What resolv.conf(5) says about names that are not complete. */
export interface ResolvConf {
  readonly search: readonly string[];
  /** A name with fewer dots is first looked for in the search domains. */
  readonly ndots: number;
}

export function parseResolvConf(text: string): ResolvConf {
  let search: readonly string[] = [];
  let ndots = 1;
  for (const line of text.split('\n')) {
    const [keyword, ...words] = line
      .replace(/[#;].*/s, '')
      .trim()
      .split(/\s+/);
    // The last one counts.
    if (keyword === 'search' || keyword === 'domain') search = words.filter((word) => word !== '.').map(withoutDot);
    if (keyword !== 'options') continue;
    for (const word of words) {
      const [, count] = /^ndots:(\d{1,2})$/.exec(word) ?? [];
      if (count !== undefined) ndots = Math.min(Number(count), 15);
    }
  }
  return { search: search.slice(0, 6), ndots };
}

/** The complete names that a name may stand for, in the order they are asked for; as resolv.conf(5) has it. */
export function candidates(name: string, { search, ndots }: ResolvConf): readonly string[] {
  if (name.endsWith('.')) return [withoutDot(name)];
  const dots = name.split('.').length - 1;
  const longer = search.map((domain) => `${name}.${domain}`);
  return dots >= ndots ? [name, ...longer] : [...longer, name];
}

/** Where `/etc/nsswitch.conf` has host names looked for; the system's habit where it says nothing. */
export function parseNsswitch(text: string): readonly string[] {
  const [, sources] = /^[ \t]*hosts:[ \t]*([^#\n]*)/m.exec(text) ?? [];
  return (sources ?? 'files dns')
    .replace(/\[[^\]]*\]/g, ' ')
    .trim()
    .split(/\s+/);
}

function withoutDot(name: string): string {
  return name.replace(/\.$/, '');
}

/** A parsed file that is read again when it has changed; looked at once a second at most. */
export function watchedFile<T>(file: string, parse: (text: string) => T, monotonic: () => number): () => T {
  let stamp: string | undefined;
  let lookedAt = Number.NEGATIVE_INFINITY;
  let value = parse('');
  return () => {
    if (monotonic() - lookedAt < 1000) return value;
    lookedAt = monotonic();
    try {
      const { mtimeMs, size } = statSync(file);
      if (`${mtimeMs} ${size}` === stamp) return value;
      stamp = `${mtimeMs} ${size}`;
      value = parse(readFileSync(file, 'utf8'));
    } catch {
      stamp = undefined;
      value = parse('');
    }
    return value;
  };
}
