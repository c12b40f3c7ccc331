import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { explanationOf, explanations } from '../../src/lint/codes/index.ts';
import { findRule } from '../../src/lint/rules/index.ts';
import { explainLintRule } from '../../src/uses/lint-runbook.ts';

const src = join(import.meta.dirname, '../../src');
const sources = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((file) => /^(?:load|expr|uses|packs|registry)\b.*\.ts$/.test(file))
  .map((file) => readFileSync(join(src, file), 'utf8'))
  .join('\n');
const fixtures = join(import.meta.dirname, '../fixtures/broken');

const areas = 'cel|shell|yaml|trap|file|runbook|params|pack|ansible|test|answer|recording|inventory|settings';
const literal = [...sources.matchAll(new RegExp(`'((?:${areas})/[a-z][a-z0-9-]*)'`, 'g'))].map(
  (match) => match[1] ?? '',
);
/** `${prefix}/missing-key`: the shape of whatever is checked. */
const ofShapes = [...sources.matchAll(/`\$\{(?:\w+\.)?prefix\}\/([a-z-]+)`/g)].flatMap((match) =>
  ['runbook', 'params', 'test', 'answer', 'recording'].map((area) => `${area}/${match[1]}`),
);
const built = [
  'runbook/unknown-probe',
  'runbook/unknown-action',
  'runbook/not-a-probe',
  'runbook/not-an-action',
  'ansible/loop',
  ...[...sources.matchAll(/'(risky-[a-z-]+)'/g)].map((match) => `runbook/${match[1]}`),
];
const expected = readdirSync(fixtures)
  .filter((name) => name.endsWith('.yaml'))
  .flatMap((name) =>
    [...readFileSync(join(fixtures, name), 'utf8').matchAll(/# expect: (.*)/g)].flatMap((match) =>
      (match[1] ?? '').split(',').map((entry) => entry.trim().split(' ')[0] ?? ''),
    ),
  );
const used = [...new Set([...literal, ...ofShapes, ...built, ...expected])].filter((code) => code !== '');

describe('every code that a check prints', () => {
  it('is found by this test', () => {
    expect(literal.length).toBeGreaterThan(140);
    expect(ofShapes.length).toBeGreaterThan(50);
    expect(expected.length).toBeGreaterThan(60);
  });
  it.each(used.toSorted())('%s has an explanation', (code) => {
    expect(explanationOf(code) ?? findRule(code)).toBeDefined();
  });
});

describe('every explanation', () => {
  it.each(Object.entries(explanations))('%s is of a code that is used, and says what to do', (code, explanation) => {
    const pattern = new RegExp(`^${code.replaceAll('*', '[a-z]+')}$`);
    expect(
      used.filter((each) => pattern.test(each) || (code === 'ansible/*' && each.startsWith('ansible/'))),
    ).not.toEqual([]);
    const { means, instead } = explanation;
    for (const text of [means, instead]) expect(text.length).toBeGreaterThan(8);
  });
});

describe('lint --explain', () => {
  it('tells what a code means, with an example and what to do', async () => {
    const { text } = await explainLintRule('cel/no-such-field');
    expect(text).toBe(`cel/no-such-field

What stands before the dot has no such field. Every probe declares what its result holds.

What to do: \`mendgate docs PROBE\` lists the fields; the help names the nearest.

Not:

    present: page.staus == 502

But:

    present: page.status == 502
`);
  });
  it('knows shapes by what is wrong with them, wherever they stand', async () => {
    for (const area of ['runbook', 'params', 'answer', 'test', 'recording'])
      expect((await explainLintRule(`${area}/unknown-key`)).text).toContain(`${area}/unknown-key\n\nNo such key`);
  });
  it('knows no code that there is not', async () => {
    for (const name of ['cel/nothing', 'nothing', 'nothing/unknown-key', '', '*/x', 'cel/*'])
      expect((await explainLintRule(name)).text, name).toBeUndefined();
    expect((await explainLintRule('')).known.join('\n')).toMatch(/^lint\/setenforce .*[\s\S]*^cel\/no-such-field /m);
  });
});
