import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ansibleExpression } from '../../src/load/ansible-words.ts';
import { loadRunbook } from '../../src/load/load-runbook.ts';
import { inWords } from '../../src/load/quote-cel.ts';
import { registry } from './registry.ts';

const folder = mkdtempSync(join(tmpdir(), 'words-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function told(text: string): Promise<readonly { code: string; help: string | undefined }[]> {
  const file = join(folder, 'a.yaml');
  writeFileSync(file, `runbook: a\ntitle: A\n${text}`);
  return (await loadRunbook(file, registry)).diagnostics.map(({ code, help }) => ({ code, help }));
}

describe('a condition of Ansible is shown in CEL', () => {
  it.each([
    ['not w.rc == 0', 'write "!(w.rc == 0)"'],
    ['a and not w.rc == 0 or b', 'write a && !(w.rc == 0) || b'],
    ['not w.ok', 'write "!w.ok"'],
    ['not not w.ok', 'write "!!w.ok"'],
    ['(not a) and b', 'write (!a) && b'],
    [`'x' not in w.lines`, `write "!('x' in w.lines)"`],
    ['a == "x and not y" and b', `write a == "x and not y" && b`],
    ['w.rc is defined', 'write known(w)'],
    ['w is not defined', 'write "!known(w)"'],
    ['params.x is defined', 'write has(params.x)'],
    ['w.rc == 0 and w.out is match("a")', 'put `!( … )` around what `not` means'],
  ])('%s: %s', (cel, help) => expect(ansibleExpression(cel)?.help).toBe(help));

  it.each(['a == "x and not y"', 'known(w) && !w.ok'])('%s is CEL', (cel) =>
    expect(ansibleExpression(cel)).toBeUndefined(),
  );
});

describe('a command line in one text', () => {
  it.each([
    ['systemctl is-active nginx', '[systemctl, is-active, nginx]'],
    ['ls "a b"', 'core.script'],
    ['ls | wc', 'core.script'],
    ['ls ${{ params.a }}/x -1', '[ls, "${{ params.a }}/x", "-1"]'],
  ])('%s becomes %s', (command, words) => expect(inWords(command)).toContain(words));

  it('is split at either place, and a script goes under its key', async () => {
    const calls = ['core.command: { command: "ls -l /a" }', 'core.command: "ls -l /a"', 'core.script: ls'];
    const probes = calls.map((call, index) => `      p${index}: { ${call} }\n`).join('');
    const helps = (await told(`steps:\n  - id: s\n    probes:\n${probes}`)).map(({ help }) => help);
    expect(helps).toEqual([
      'write its words as a list: [ls, "-l", /a]',
      'under `command`, write its words as a list: [ls, "-l", /a]',
      'core.script: { script: … }',
    ]);
  });
});

describe('what to write instead', () => {
  it.each([
    ['steps: [{ id: s, title: 0o644 }]', 'quote it: "0644"'],
    ['steps: [{ id: s, title: 1.10 }]', 'quote it: "1.10"'],
    ['outputs: { a: 5 }\nsteps: [{ id: s }]', undefined],
    ['steps: [{ id: s, when: 5 }]', undefined],
  ])('%s: %s', async (text, help) => {
    const [first] = await told(text);
    expect(first?.code).toBe('runbook/wrong-type');
    if (help === undefined) expect(first?.help ?? '').not.toContain('quote');
    else expect(first?.help).toBe(help);
  });

  it('a comment stays one', async () => {
    expect(await told('steps:\n  - id: s\n    when: !a.b # why\n')).toEqual([
      { code: 'trap/tag', help: 'quote it:\nwhen: "!a.b" # why' },
    ]);
  });

  it('one mistake is told once', async () => {
    const text = 'steps:\n  - id: s\n    when: "a" in b\n    fix: [{ a.b: {} }]\n  - id: t\n    title: x\n';
    expect((await told(text)).map(({ code }) => code)).toEqual(['trap/quoted-start']);
  });

  it('`all` with a guard in another entry is no finding', async () => {
    const probes = 'probes: { e: { nginx.upstream_errors: { since: change } } }';
    const codes = await told(
      `symptom:\n  ${probes}\n  present: ["size(e) > 0", "e.all(x, x.errno == 13)"]\nsteps: [{ id: s }]\n`,
    );
    expect(codes).toEqual([]);
  });

  it.each([
    ['on', 'true'],
    ['off', 'false'],
  ])('`%s` in a gate is `%s`', async (word, meant) => {
    const fix = 'fix: [{ service.state: { name: a, state: started } }]';
    const [first] = await told(`steps:\n  - id: s\n    gate: ${word}\n    ${fix}\n`);
    expect(first?.help).toContain(`\`${meant}\``);
  });
});
