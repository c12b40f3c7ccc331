import type { Resource } from '../../model/resource.ts';
import type { StringSchema } from '../../model/schema.ts';

/** A systemd unit's name; `.service` may be left out. */
export const unitNameParam = {
  type: 'string',
  pattern: '^[A-Za-z0-9:_][A-Za-z0-9:_.@\\\\-]*$',
  maxLength: 255,
} as const satisfies StringSchema;

const types = /\.(?:service|socket|timer|target|path|mount|automount|swap|slice|scope|device)$/;

/** The full name: `nginx` → `nginx.service`. */
export function unitName(name: string): string {
  return types.test(name) ? name : `${name}.service`;
}

/** How every probe and action names a unit as a resource: `service:nginx`, `service:backup.timer`. */
export function serviceResource(name: string): Resource {
  return `service:${unitName(name).replace(/\.service$/, '')}`;
}

/** Where unit files and drop-ins of that unit may appear. */
export function unitFileResources(name: string): readonly Resource[] {
  const unit = unitName(name);
  const roots = ['/etc/systemd/system', '/run/systemd/system', '/usr/lib/systemd/system', '/lib/systemd/system'];
  return roots.flatMap((root) => [`file:${root}/${unit}`, `file:${root}/${unit}.d/*`]);
}
