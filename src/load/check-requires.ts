import type { Context } from './context.ts';
import { mappingOf, textOf } from './raw.ts';

/** `requires: { mendgate: ">=1.2 <2" }` against the running version. */
export function checkRequires({ located, report }: Context, version: string): void {
  const range = textOf(mappingOf(mappingOf(located.value)['requires'])['mendgate']);
  if (range === undefined) return;
  const path = ['requires', 'mendgate'];
  const fits = range
    .trim()
    .split(/\s+/)
    .map((part) => satisfies(version, part));
  if (fits.includes(undefined)) {
    report.at(path, 'runbook/bad-version', `${JSON.stringify(range)} is no version range`, {
      help: 'like ">=1.2", "^1.2.3" or ">=1.2 <2"',
    });
  } else if (fits.includes(false)) {
    report.at(path, 'runbook/needs-version', `it needs mendgate ${range}, and this is ${version}`);
  }
}

type Version = readonly [number, number, number];

function satisfies(version: string, part: string): boolean | undefined {
  const match = /^(>=|<=|>|<|=|\^|~)?(\d{1,6}(?:\.\d{1,6}){0,2})$/.exec(part);
  if (match === null) return undefined;
  const order = compare(parse(version), parse(match[2] ?? ''));
  const [major, minor] = parse(match[2] ?? '');
  switch (match[1]) {
    case '>=':
      return order >= 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '<':
      return order < 0;
    case '^':
      return order >= 0 && compare(parse(version), major > 0 ? [major + 1, 0, 0] : [0, minor + 1, 0]) < 0;
    case '~':
      return order >= 0 && compare(parse(version), [major, minor + 1, 0]) < 0;
    default:
      return order === 0;
  }
}

function parse(text: string): Version {
  const [major = 0, minor = 0, patch = 0] = text.split(/[.-]/, 3).map(Number);
  return [major, minor, patch];
}

function compare(a: Version, b: Version): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}
