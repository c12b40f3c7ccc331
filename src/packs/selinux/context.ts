/** A type, role or user name of SELinux policies. */
export const typePattern = '^[A-Za-z_][A-Za-z0-9_.]{0,126}$';
/** A type alone, or a whole context `user:role:type[:level]`; the level may hold ranges and categories. */
export const contextPattern =
  '^(?:[A-Za-z_][A-Za-z0-9_.]{0,126}|[A-Za-z_][A-Za-z0-9_.-]{0,126}:[A-Za-z_][A-Za-z0-9_.]{0,126}:[A-Za-z_][A-Za-z0-9_.]{0,126}(?::[A-Za-z0-9_.,:-]{1,300})?)$';

/** `user:role:type:level`; the level is absent in policies without MLS. */
export interface Context {
  readonly user: string;
  readonly role: string;
  readonly type: string;
  readonly level?: string;
}

const wholeContext =
  /^([A-Za-z_][A-Za-z0-9_.-]{0,126}):([A-Za-z_][A-Za-z0-9_.]{0,126}):([A-Za-z_][A-Za-z0-9_.]{0,126})(?::([A-Za-z0-9_.,:-]{1,300}))?$/;

/** Splits at the first three colons only: a level may be `s0-s0:c0.c1023`. `undefined` for anything else. */
export function parseContext(text: string): Context | undefined {
  const match = wholeContext.exec(text);
  if (!match) return undefined;
  const [, user = '', role = '', type = '', level] = match;
  return level === undefined ? { user, role, type } : { user, role, type, level };
}

/** The type of a context; of a bare type, itself; `""` for what is neither (`?`, `<<none>>`). */
export function typeOf(text: string): string {
  const context = parseContext(text);
  if (context) return context.type;
  return new RegExp(typePattern).test(text) ? text : '';
}
