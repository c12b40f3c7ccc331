import type { Distribution, PortLabel } from './distribution.ts';

/** The labels of TCP ports in the lines of `semanage port -l`. */
export function portLabels(lines: readonly string[]): readonly PortLabel[] {
  return lines.flatMap((line) => {
    const [, type = '', ranges = ''] = /^(\w+) +tcp +(.+)$/.exec(line) ?? [];
    if (type === '') return [];
    return ranges.split(', ').map((range) => {
      const [low = 0, high = low] = range.split('-').map(Number);
      return { type, low, high };
    });
  });
}

/** The type of the most specific range that covers a port. */
export function portType({ ports }: Distribution, port: number): string {
  const covering = ports.filter(({ low, high }) => low <= port && port <= high);
  const [best] = covering.sort((one, other) => one.high - one.low - (other.high - other.low));
  return best?.type ?? 'port_t';
}
