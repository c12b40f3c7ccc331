/**
 * What a probe reads or an action touches: `selinux.boolean:httpd_x`, `file:/etc/x`, `service:nginx`, a bare domain
 * (`haproxy`), or `*` for everything. A trailing `*` is a prefix: `file:/etc/nginx/*`.
 */
export type Resource = string;

/** Anything at all. */
export const everything: readonly Resource[] = ['*'];

/**
 * Whether a change of one may be seen in the other. A bare domain covers all of that domain's resources; a path is the
 * same however it is spelled (`//`, `.`, `..`). Two names of one file by links are not known to be the same.
 */
export function overlaps(a: Resource, b: Resource): boolean {
  const [one, other] = [normal(a), normal(b)];
  return covers(one, other) || covers(other, one);
}

/** Whether both are of one domain (`file`, `selinux`): enough to look again in a real run, where a look costs little. */
export function sameDomain(a: Resource, b: Resource): boolean {
  return a === '*' || b === '*' || domainOf(a) === domainOf(b);
}

function domainOf(resource: Resource): string {
  return /^[a-z0-9_]+/.exec(resource)?.[0] ?? resource;
}

function normal(resource: Resource): Resource {
  if (!resource.startsWith('file:/')) return resource;
  const parts: string[] = [];
  for (const part of resource.slice('file:'.length).split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  // `/etc/nginx/` and `/etc/nginx/*` keep what tells them from `/etc/nginx`.
  return `file:/${parts.join('/')}${resource.endsWith('/') && parts.length > 0 ? '/' : ''}`;
}

/** Whether any of the one list overlaps any of the other. */
export function anyOverlap(some: readonly Resource[], others: readonly Resource[]): boolean {
  return some.some((a) => others.some((b) => overlaps(a, b)));
}

function covers(pattern: Resource, resource: Resource): boolean {
  if (pattern === resource) return true;
  if (pattern.endsWith('*')) {
    const prefix = pattern.slice(0, -1);
    return resource.endsWith('*')
      ? resource.slice(0, -1).startsWith(prefix) || prefix.startsWith(resource.slice(0, -1))
      : resource.startsWith(prefix);
  }
  return !pattern.includes(':') && resource.startsWith(`${pattern}:`);
}
