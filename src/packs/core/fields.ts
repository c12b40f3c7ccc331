/**
 * Shell functions in front of a script, so that what it prints can be told apart whatever a file or a log holds:
 * `plain NAME VALUE` for words that cannot hold a line end, `hex NAME` for any bytes (from stdin). Read by `parseFields`.
 * `od -An -v -tx1` is the one encoder that coreutils and BusyBox share.
 */
export const fieldFunctions = `
plain() { printf '%s:%s\\n' "$1" "$2"; }
hex() { printf '%s=' "$1"; od -An -v -tx1 | tr -d ' \\n'; echo; }
`;

/** What a script printed, by name; a name may come more than once. */
export type Fields = ReadonlyMap<string, readonly string[]>;

const maxLines = 100_000;

/** Reads what `plain` and `hex` printed. Other lines are not ours and are left out; hex stays hex until it is asked for. */
export function parseFields(stdout: string): Fields {
  const fields = new Map<string, string[]>();
  for (const line of stdout.split('\n', maxLines)) {
    const end = line.search(/[:=]/);
    if (end <= 0 || !/^[a-z_0-9]+$/.test(line.slice(0, end))) continue;
    const name = line.slice(0, end);
    const values = fields.get(name) ?? [];
    values.push(line.slice(end + 1));
    fields.set(name, values);
  }
  return fields;
}

/** The first value printed by `plain`; empty counts as absent. */
export function word(fields: Fields, name: string): string | undefined {
  const value = fields.get(name)?.[0];
  return value === undefined || value === '' ? undefined : value;
}

/** Every value printed under a name. */
export function words(fields: Fields, name: string): readonly string[] {
  return fields.get(name) ?? [];
}

/** A decimal integer; absent when it is not one that a number can hold. */
export function integer(fields: Fields, name: string): number | undefined {
  const value = word(fields, name);
  return value !== undefined && /^-?\d{1,15}$/.test(value) ? Number(value) : undefined;
}

/** The bytes printed by `hex`; absent when the line is not whole. */
export function bytes(fields: Fields, name: string): Buffer | undefined {
  const value = fields.get(name)?.[0];
  return value !== undefined && value.length % 2 === 0 && /^[0-9a-f]*$/.test(value)
    ? Buffer.from(value, 'hex')
    : undefined;
}

/** The bytes printed by `hex` as text, invalid UTF-8 as U+FFFD. For names and messages, never for file contents. */
export function text(fields: Fields, name: string): string | undefined {
  return bytes(fields, name)?.toString('utf8');
}
