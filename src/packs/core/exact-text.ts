const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Bytes as text when nothing is lost by it: valid UTF-8 without NUL (which no shell can carry). */
export function exactText(bytes: Uint8Array): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Bytes as a `printf` format of octal escapes only: what every POSIX shell turns back into the same bytes. */
export function octalFormat(bytes: Uint8Array): string {
  let format = '';
  for (const byte of bytes) format += `\\${byte.toString(8).padStart(3, '0')}`;
  return format;
}
