import type { StringSchema } from '../../model/schema.ts';

/** An absolute path without NUL, line end or a `..` part that would make resource names lie. */
export const absolutePath = {
  type: 'string',
  format: 'path',
  pattern: '^/[^\\u0000\\n\\r]*$',
  maxLength: 4096,
} as const satisfies StringSchema;

/** A login or group name, or its number. */
export const accountName = {
  type: 'string',
  pattern: '^[A-Za-z0-9_][A-Za-z0-9_.-]*[$]?$',
  maxLength: 64,
} as const satisfies StringSchema;

/** Permission bits in octal, quoted in YAML so that they stay text. */
export const octalMode = {
  type: 'string',
  pattern: '^[0-7]{3,4}$',
} as const satisfies StringSchema;

/** A host name or an IP address (IPv6 with or without brackets). */
export const networkAddress = {
  type: 'string',
  pattern: '^[A-Za-z0-9:[][A-Za-z0-9._:%\\]-]*$',
  maxLength: 255,
} as const satisfies StringSchema;

/** `644` and `0644` as `0644`. */
export function fourDigits(mode: string): string {
  return mode.padStart(4, '0');
}

/** `[::1]` as `::1`. */
export function withoutBrackets(address: string): string {
  return address.startsWith('[') && address.endsWith(']') ? address.slice(1, -1) : address;
}
