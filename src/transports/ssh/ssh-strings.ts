/** So many strings with their lengths before them (RFC 4251 5), from a place on; `undefined`: there are not so many. */
export function readStrings(bytes: Buffer, from: number, count: number): readonly Buffer[] | undefined {
  const strings: Buffer[] = [];
  let at = from;
  while (strings.length < count) {
    if (at + 4 > bytes.length) return undefined;
    const end = at + 4 + bytes.readUInt32BE(at);
    if (end > bytes.length) return undefined;
    strings.push(bytes.subarray(at + 4, end));
    at = end;
  }
  return strings;
}
