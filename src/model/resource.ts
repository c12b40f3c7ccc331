/**
 * What a probe reads or an action touches: `selinux.boolean:httpd_x`, `file:/etc/x`, `service:nginx`, a bare domain
 * (`haproxy`), or `*` for everything. A trailing `*` is a prefix: `file:/etc/nginx/*`.
 */
export type Resource = string;

/** Whether a change of one may be seen in the other. A bare domain covers all of that domain's resources. */
export function overlaps(a: Resource, b: Resource): boolean {
  return covers(a, b) || covers(b, a);
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
