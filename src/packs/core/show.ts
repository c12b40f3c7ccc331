/** One unit's properties as `systemctl show` prints them. */
export type Shown = ReadonlyMap<string, string>;

/** Reads `systemctl show` of one or several units: blocks of `Name=value`, an empty line between. */
export function parseShow(output: string): readonly Shown[] {
  return output
    .split(/\n\n+/)
    .map((block) => {
      const properties = block.split('\n', 1000).flatMap((line) => {
        const match = /^([A-Za-z]{1,60})=(.*)$/.exec(line);
        return match === null ? [] : [[match[1] ?? '', match[2] ?? ''] as const];
      });
      return new Map(properties);
    })
    .filter(({ size }) => size > 0);
}

export function property(shown: Shown | undefined, name: string): string {
  return shown?.get(name) ?? '';
}

/** A count; 0 where it is none, or infinite. */
export function count(shown: Shown | undefined, name: string): number {
  const text = property(shown, name);
  return /^\d{1,15}$/.test(text) ? Number(text) : 0;
}
