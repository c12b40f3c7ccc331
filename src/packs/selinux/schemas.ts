import { contextPattern, typePattern } from './context.ts';

/** The name of a boolean. */
export const booleanName = {
  type: 'string',
  pattern: '^[a-z][a-z0-9_]{0,126}$',
  description: 'A boolean of the policy, e.g. httpd_graceful_shutdown',
} as const;

/** A TCP or UDP port. */
export const portNumber = { type: 'integer', minimum: 1, maximum: 65535, description: 'The port' } as const;

/** The transport of a port. */
export const protocolName = {
  type: 'string',
  enum: ['tcp', 'udp', 'dccp', 'sctp'],
  default: 'tcp',
  description: 'The transport protocol',
} as const;

/** A type of the policy. */
export const typeName = {
  type: 'string',
  pattern: typePattern,
  description: 'An SELinux type, e.g. http_port_t',
} as const;

/** A type or a whole context. */
export const contextText = {
  type: 'string',
  pattern: contextPattern,
  description: 'A whole context (system_u:system_r:httpd_t:s0), or a type alone',
} as const;

/** A class of the policy. */
export const className = {
  type: 'string',
  pattern: '^[a-z][a-z0-9_]{0,62}$',
  description: 'An object class, e.g. tcp_socket',
} as const;

/** A permission of a class. */
export const permissionName = {
  type: 'string',
  pattern: '^[a-z][a-z0-9_]{0,62}$',
  description: 'A permission of that class, e.g. name_connect',
} as const;

/** For what needs semanage, where an earlier step of the same run installs it. */
export const afterInstall = {
  type: 'boolean',
  default: false,
  description: 'semanage may still be missing when this is decided: an earlier step of this run installs it',
} as const;

/** One access: what `selinux.access` is asked, and what a remedy claims to open. */
export const accessSchema = {
  type: 'object',
  properties: { source: contextText, target: contextText, class: className, permission: permissionName },
  required: ['source', 'target', 'class', 'permission'],
  description: 'May this source do this to this target?',
} as const;

/** The name under which a policy module is installed. */
export const moduleName = {
  type: 'string',
  pattern: '^[A-Za-z][A-Za-z0-9_]{0,120}$',
  description: 'The name of the module',
} as const;

/** An absolute path without control characters. */
export const absolutePath = {
  type: 'string',
  format: 'path',
  pattern: '^/[^\\u0000-\\u001f\\u007f]{0,1000}$',
  description: 'An absolute path',
} as const;
