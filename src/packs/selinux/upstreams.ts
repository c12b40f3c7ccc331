import { isObject } from '../../model/json.ts';

/** Where nginx is configured to connect to. */
export type Upstream =
  | { readonly kind: 'tcp'; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string };

/**
 * The upstreams among what `nginx.upstreams` lists; each port and path once. What lacks a usable port or path (a name
 * that is only known at run time) is left out: its denials still count.
 */
export function readUpstreams(list: readonly unknown[]): readonly Upstream[] {
  const found = new Map<string, Upstream>();
  for (const entry of list) {
    if (!isObject(entry)) continue;
    const { kind, port, path } = entry;
    if (kind === 'tcp' && typeof port === 'number' && Number.isInteger(port) && port >= 1 && port <= 65535) {
      found.set(`tcp ${port}`, { kind, port });
    }
    if (kind === 'unix' && typeof path === 'string' && /^\/[^\u0000-\u001f\u007f]{1,500}$/.test(path)) {
      found.set(`unix ${path}`, { kind, path });
    }
  }
  return [...found.values()];
}

/** Whether these are all of nginx's upstreams: none is only known at run time. Then a denial elsewhere is not about one. */
export function isComplete(list: readonly unknown[]): boolean {
  return (
    list.length > 0 &&
    list.every((entry) => isObject(entry) && entry['dynamic'] !== true && readUpstreams([entry]).length === 1)
  );
}
