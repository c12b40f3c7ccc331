/**
 * Host text made harmless for terminals, logs and reports: control characters but line feed and tab, DEL, C1, and the
 * Unicode direction marks become visible escapes (`\x1b`, `\u{202e}`). Apply it once, where text is printed.
 */
export function safeText(text: string): string {
  return text.replace(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g,
    (character) => {
      const code = character.codePointAt(0) ?? 0;
      return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
    },
  );
}

/** {@link safeText} on one line: line ends and tabs are escaped too. */
export function safeLine(text: string): string {
  return safeText(text).replaceAll('\n', '\\n').replaceAll('\t', '\\t');
}
