import { expect, test } from 'vitest';
import { checkCel, namesUsed } from '../../src/expr/check.ts';
import { exampleExpressions } from './example-expressions.ts';
import { any } from './flagship-types.ts';

const scopeOf = (source: string) => new Map(namesUsed(source).map((name) => [name, any]));

test.each(exampleExpressions)('%s', (source) => {
  expect(checkCel(source, scopeOf(source), { type: 'any' }).problems).toEqual([]);
});

test('checking them all takes far less than 40 ms of CPU', () => {
  const before = process.cpuUsage();
  for (const source of exampleExpressions) checkCel(`${source} `, scopeOf(source), { type: 'any' });
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1000).toBeLessThan(100);
});
