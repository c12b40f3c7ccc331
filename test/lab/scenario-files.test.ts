import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { loadScenarios } from './scenario.ts';

const scenarios = await loadScenarios();

test('there are at least the 24 scenarios that were asked for, six of them for a quick look', () => {
  expect(scenarios.length).toBeGreaterThanOrEqual(24);
  expect(scenarios.filter((scenario) => scenario.smoke)).toHaveLength(6);
});

test.each(scenarios)('$name has patterns that compile', ({ symptom, after, expect: wanted }) => {
  const looks = [...(symptom.shows ?? []), ...(after?.shows ?? [])];
  const { diagnosis, changes, notes = [], no_notes = [] } = wanted;
  const patterns = [symptom.error_log, ...looks.flatMap((look) => [look.match, look.no_match])];
  for (const pattern of [...patterns, diagnosis, ...changes, ...notes, ...no_notes]) {
    if (pattern !== undefined) expect(() => new RegExp(pattern, 'm')).not.toThrow();
  }
});

test.each(
  scenarios.filter(({ expect: wanted }) =>
    wanted.changes.some((change) => /policy module|label rule|SELinux type|: off|AppArmor/.test(change)),
  ),
)('$name states the proof or the reach of what it changes', ({ expect: wanted }) => {
  expect(wanted.notes ?? []).not.toEqual([]);
});

test('the six cover every action of the flagship', async () => {
  const flagship = await readFile('runbooks/nginx-502-permission-denied.yaml', 'utf8');
  const actions = new Set([...flagship.matchAll(/^ {6,}- ([a-z]+\.[a-z_]+): \{/gm)].map(([, name]) => name));
  const shown: readonly (readonly [string, RegExp])[] = [
    ['selinux.boolean', /: off/],
    ['selinux.port', /SELinux type of tcp/],
    ['selinux.fcontext', /label rule/],
    ['selinux.module', /policy module/],
    ['file.content', /absent → \d+ lines/],
    ['file.acl', /www-data/],
    ['apparmor.local_rule', /AppArmor/],
    ['package.installed', /package/],
  ];
  expect([...actions].sort()).toEqual(shown.map(([name]) => name).sort());
  const changes = scenarios.filter((scenario) => scenario.smoke).flatMap((scenario) => scenario.expect.changes);
  for (const [, pattern] of shown) expect(changes).toContainEqual(expect.stringMatching(pattern));
});
