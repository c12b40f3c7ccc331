import type { StringSchema } from '../../model/schema.ts';

/** Which nginx, where several run on one host. */
export const pidFile = {
  type: 'string',
  format: 'path',
  pattern: '^(?:/[^\\u0000-\\u001f\\u007f]{1,1000})?$',
  default: '',
  description: 'Which nginx, where several run: the pid file of its master; empty: root’s oldest',
} as const satisfies StringSchema;

/**
 * Where configuration files usually are. Their true place is known only after a look at the host, too late for
 * resources.
 */
export const configResources: readonly string[] = [
  'file:/etc/nginx/*',
  'file:/etc/openresty/*',
  'file:/usr/local/nginx/*',
  'file:/usr/local/openresty/*',
  'file:/usr/local/etc/nginx/*',
  'file:/opt/nginx/*',
];
