export const osFamilies = ['redhat', 'debian', 'suse', 'alpine', 'arch', 'other'] as const;
export type OsFamily = (typeof osFamilies)[number];

export interface OsRelease {
  readonly id: string;
  readonly version: string;
  readonly name: string;
  readonly id_like: readonly string[];
}

/** Reads os-release(5). What is not said is empty; the id defaults to `linux`, as the format demands. */
export function parseOsRelease(content: string): OsRelease {
  const values = new Map<string, string>();
  for (const line of content.split('\n', 200)) {
    const match = /^([A-Z_]{1,40})=(.{0,500})$/.exec(line.trim());
    if (match?.[1] !== undefined && match[2] !== undefined) values.set(match[1], unquote(match[2]));
  }
  const id = values.get('ID') ?? 'linux';
  return {
    id,
    version: values.get('VERSION_ID') ?? '',
    name: values.get('PRETTY_NAME') ?? id,
    id_like: (values.get('ID_LIKE') ?? '').split(' ').filter((like) => like !== ''),
  };
}

function unquote(value: string): string {
  const quoted = /^(["'])(.*)\1$/.exec(value);
  return (quoted?.[2] ?? value).replace(/\\(["'$`\\])/g, '$1');
}

const families: Readonly<Record<string, OsFamily>> = {
  rhel: 'redhat',
  fedora: 'redhat',
  centos: 'redhat',
  rocky: 'redhat',
  almalinux: 'redhat',
  ol: 'redhat',
  amzn: 'redhat',
  debian: 'debian',
  ubuntu: 'debian',
  raspbian: 'debian',
  suse: 'suse',
  sles: 'suse',
  opensuse: 'suse',
  alpine: 'alpine',
  arch: 'arch',
};

/** The kind of distribution: by its own id, else by what it says it is like, else `other`. */
export function osFamily(id: string, idLike: readonly string[]): OsFamily {
  for (const name of [id, ...idLike]) {
    const family = families[name] ?? families[name.split('-')[0] ?? ''];
    if (family !== undefined) return family;
  }
  return 'other';
}
