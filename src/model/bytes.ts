const unitBytes: Readonly<Record<string, number>> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

/** `500M`, `1.5G`, `1024` → bytes; `undefined` for anything else. */
export function parseBytes(text: string): number | undefined {
  const match = /^(\d{1,15}(?:\.\d{1,3})?)([KMGT]?)(?:i?B)?$/.exec(text.trim());
  return match === null ? undefined : Math.round(Number(match[1]) * (unitBytes[match[2] ?? ''] ?? 1));
}
