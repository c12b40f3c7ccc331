import { expect, test } from 'vitest';
import { loadScenarios } from './scenario.ts';

const scenarios = await loadScenarios();

test('there are at least the 24 scenarios that were asked for', () => {
  expect(scenarios.length).toBeGreaterThanOrEqual(24);
});

test.each(scenarios)('$name has patterns that compile', ({ symptom, after }) => {
  const looks = [...(symptom.shows ?? []), ...(after?.shows ?? [])];
  for (const pattern of [symptom.error_log, ...looks.flatMap((look) => [look.match, look.no_match])]) {
    if (pattern !== undefined) expect(() => new RegExp(pattern, 'm')).not.toThrow();
  }
});
