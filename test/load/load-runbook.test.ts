import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadRunbook } from '../../src/load/load-runbook.ts';
import type { Runbook } from '../../src/model/runbook.ts';
import { registry } from './registry.ts';

let folder: string;
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'load-')));
});
afterEach(() => rm(folder, { recursive: true }));

async function write(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return join(folder, Object.keys(files)[0] ?? '');
}

/** The runbook of a text that must be fine. */
async function load(text: string): Promise<Runbook> {
  const { value, diagnostics } = await loadRunbook(await write({ 'a.yaml': text }), registry);
  expect(diagnostics).toEqual([]);
  if (value === undefined) throw new Error('not loaded');
  return value;
}

/** `CODE LINE:COL` of everything wrong with a text, or with the first of several files. */
async function told(
  files: string | Readonly<Record<string, string | Uint8Array>>,
  version?: string,
): Promise<readonly string[]> {
  const file = await write(typeof files === 'string' ? { 'a.yaml': files } : files);
  const { diagnostics } = await loadRunbook(file, registry, version === undefined ? {} : { version });
  return diagnostics.map(({ code, at }) => `${code} ${at.line}:${at.col}`);
}

const head = 'runbook: a\ntitle: A\n';
const look = 'steps: [ { id: look, probes: { w: { nginx.worker: {} } } } ]\n';

describe('a runbook is filled in with the defaults of the language', () => {
  it('at the top and in a step', async () => {
    const runbook = await load(`${head}${look}`);
    expect(runbook).toMatchObject({ id: 'a', hosts: 'all', params: [], ifNotFixed: 'rollback', outputs: [] });
    expect(runbook.symptom).toBeUndefined();
    expect(runbook.become).toBeUndefined();
    expect(runbook.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(runbook.steps[0]).toEqual({
      id: 'look',
      title: 'look',
      tags: [],
      when: [],
      as: 'item',
      probes: [{ name: 'w', call: 'nginx.worker', params: {}, as: 'item' }],
      conclude: [],
      gate: [],
      remediation: { kind: 'none' },
      rollback: { kind: 'own' },
      onFailure: 'rollback',
      timeoutMs: 300_000,
      prevent: false,
    });
  });

  it('in a check', async () => {
    const { steps } = await load(`${head}steps: [ { id: wait, verify: { that: true } } ]\n`);
    expect(steps[0]?.verify).toEqual({
      probes: [],
      that: [{ check: 'true' }],
      withinMs: 0,
      everyMs: 1000,
      fresh: false,
    });
  });

  it('without `gone` the symptom is gone when it is not present', async () => {
    const { symptom } = await load(
      `${head}symptom: { probes: { r: { http.request: { url: x } } }, present: [r.status == 502, "true"] }\n${look}`,
    );
    expect(symptom?.gone.that).toEqual([{ check: '!((r.status == 502) && (true))' }]);
    expect(symptom?.gone.probes).toEqual(symptom?.probes);
  });

  it('become: true is root, false is the connecting user', async () => {
    const { become, steps } = await load(
      `${head}become: true\nsteps: [ { id: s, become: false, verify: { that: true } } ]\n`,
    );
    expect([become, steps[0]?.become]).toEqual(['root', false]);
  });
});

describe('values are read as what they mean', () => {
  it('an expression may stand bare or wholly as an interpolation', async () => {
    const { steps } = await load(
      `${head}steps: [ { id: s, when: "\${{ host.name == 'a' }}", for_each: "\${{ host.groups }}", verify: { that: "item != ''" } } ]\n`,
    );
    expect(steps[0]).toMatchObject({ when: [{ check: "host.name == 'a'" }], forEach: 'host.groups' });
  });

  it('a condition is a list of parts, each with its own message', async () => {
    const { steps } = await load(
      `${head}steps: [ { id: s, verify: { that: [true, { check: "host.name != ''", message: "no \${{ host.name }}" }] } } ]\n`,
    );
    expect(steps[0]?.verify?.that).toEqual([
      { check: 'true' },
      { check: "host.name != ''", message: 'no ${{ host.name }}' },
    ]);
  });

  it('durations become ms', async () => {
    const { steps } = await load(
      `${head}steps: [ { id: s, timeout: 1h30m, verify: { that: true, within: 2m, every: 500ms } } ]\n`,
    );
    expect(steps[0]).toMatchObject({ timeoutMs: 5_400_000, verify: { withinMs: 120_000, everyMs: 500 } });
  });

  it('a call keeps its modifiers apart from its params', async () => {
    const { steps } = await load(
      `${head}steps:\n  - id: s\n    fix:\n      - service.state: { name: "\${{ u }}", enabled: true }\n        for_each: [a, b]\n        as: u\n        when: u != "b"\n        become: false\n        timeout: 5s\n`,
    );
    expect(steps[0]?.remediation).toEqual({
      kind: 'fix',
      calls: [
        {
          call: 'service.state',
          params: { name: '${{ u }}', enabled: true },
          forEach: ['a', 'b'],
          as: 'u',
          when: [{ check: 'u != "b"' }],
          become: false,
          timeoutMs: 5000,
        },
      ],
    });
  });

  it('probes come in an order in which each finds those it uses', async () => {
    const { steps } = await load(
      `${head}steps:\n  - id: s\n    probes:\n      c: { http.request: { url: "\${{ string(b.status) }}" } }\n      a: { http.request: { url: x } }\n      b: { http.request: { url: "\${{ string(a.status) }}" } }\n`,
    );
    expect(steps[0]?.probes.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
  });

  it('data in a script becomes variables beside it', async () => {
    const { steps } = await load(
      `${head}steps:\n  - id: s\n    probes:\n      w: { nginx.worker: {} }\n      r: { http.request: { url: x } }\n      p: { core.script: { script: 'id \${{ w.user }} "\${{ r.status }}"' } }\n`,
    );
    expect(steps[0]?.probes[2]?.params).toEqual({
      script: 'id "${MG_1}" "${MG_2}"',
      variables: { MG_1: '${{ w.user }}', MG_2: '${{ string(r.status) }}' },
    });
  });

  it('alternatives take gate, verify and rollback of their step where they have none', async () => {
    const { steps } = await load(
      `${head}steps:\n  - id: s\n    alternatives:\n      - { id: a, fix: [ { service.restarted: { name: x } } ] }\n    verify: { that: true }\n    rollback: { irreversible: gone }\n`,
    );
    expect(steps[0]?.remediation).toMatchObject({
      kind: 'alternatives',
      alternatives: [
        {
          id: 'a',
          title: 'a',
          gate: [],
          verify: { that: [{ check: 'true' }] },
          rollback: { kind: 'irreversible', why: 'gone' },
        },
      ],
    });
  });
});

describe('names are seen where the language says', () => {
  const step = (body: string): string =>
    `${head}params: { n: { type: int, default: 1 }, o: { type: string, optional: true } }\nsteps:\n  - ${body}\n`;

  it('an optional param without default is reached behind has()', async () => {
    expect(await told(step('{ id: s, verify: { that: params.o == "x" } }'))).toEqual(['cel/maybe-absent 5:37']);
    expect(await told(step('{ id: s, verify: { that: "has(params.o) && params.o == \'x\'" } }'))).toEqual([]);
  });

  it('a condition that asks has() opens what is behind it, and nothing else', async () => {
    const fix = 'fix: [ { service.restarted: { name: "${{ params.o }}" } } ]';
    expect(await told(step(`{ id: s, gate: "has(params.o) && params.n > 0", ${fix} }`))).toEqual([]);
    expect(await told(step(`{ id: s, when: has(params.o), ${fix} }`))).toEqual([]);
    expect(
      await told(step('{ id: s, fix: [ { service.restarted: { name: "${{ params.o }}" }, when: has(params.o) } ] }')),
    ).toEqual([]);
    expect(await told(step(`{ id: s, gate: "has(params.o) || params.n > 0", ${fix} }`))).toEqual([
      'cel/maybe-absent 5:101',
    ]);
    expect(await told(step(`{ id: s, when: has(params.o), ${fix} }\n  - { id: t, ${fix} }`))).toEqual([
      'cel/maybe-absent 6:62',
    ]);
  });

  it('earlier steps by steps.ID, with the items of a for_each', async () => {
    const text = `${head}steps:\n  - { id: a, for_each: host.groups, fix: [ { service.restarted: { name: "\${{ item }}" } } ] }\n  - { id: b, when: "steps.a.items.exists(i, i.changed && i.item == 'x')", verify: { that: steps.a.result == "ok" } }\n`;
    expect(await told(text)).toEqual([]);
  });

  it('elements of a for_each probe carry what they were asked for', async () => {
    const probes = '{ u: { systemd.unit: { name: "${{ g }}" }, for_each: host.groups, as: g } }';
    const { steps } = await load(
      `${head}steps: [ { id: s, probes: ${probes}, verify: { that: "u.all(x, x.active && x.g != '')" } } ]\n`,
    );
    expect(steps[0]?.probes[0]).toMatchObject({ forEach: 'host.groups', as: 'g' });
  });

  it('the same name may stand on different paths', async () => {
    const check = (id: string): string =>
      `  - { id: ${id}, verify: { probes: { after: { nginx.worker: {} } }, that: "after.user != ''" } }\n`;
    expect(await told(`${head}steps:\n${check('a')}${check('b')}`)).toEqual([]);
  });
});

describe('a used runbook', () => {
  const inner = `${head}params: { unit: { type: string }, n: { type: int, default: 1 } }\nsteps: [ { id: s, fix: [ { service.restarted: { name: "\${{ params.unit }}" } } ] } ]\noutputs: { done: steps.s.changed }\n`;
  const outer = (use: string, given = '{ unit: "${{ host.name }}" }'): string =>
    `${head}steps:\n  - { id: u, use: ${use}, with: ${given} }\n  - { id: v, verify: { that: steps.u.outputs.done } }\n`;

  it('is loaded with its params, and its outputs are seen', async () => {
    const file = await write({ 'a.yaml': outer('parts/b.yaml'), 'parts/b.yaml': inner });
    const { value, diagnostics } = await loadRunbook(file, registry);
    expect(diagnostics).toEqual([]);
    expect(value?.steps[0]?.remediation).toMatchObject({
      kind: 'use',
      with: { unit: '${{ host.name }}' },
      runbook: { id: 'a' },
    });
  });

  it('is refused outside of the folder, also through a link', async () => {
    const file = await write({ 'in/a.yaml': outer('../b.yaml'), 'b.yaml': inner });
    const { diagnostics } = await loadRunbook(file, registry);
    expect(diagnostics[0]?.code).toBe('runbook/use-outside');
    await symlink(join(folder, 'b.yaml'), join(folder, 'in/link.yaml'));
    expect(await told({ 'in/a.yaml': outer('link.yaml') })).toContain('runbook/use-outside 4:19');
  });

  it('is refused with a symptom, in a circle, and too deep', async () => {
    const symptom = 'symptom: { present: false }\n';
    expect(await told({ 'a.yaml': outer('b.yaml'), 'b.yaml': inner + symptom })).toContain(
      'runbook/use-with-symptom 4:19',
    );
    expect(
      await told({
        'a.yaml': `${head}steps: [ { id: u, use: b.yaml } ]`,
        'b.yaml': `${head}steps: [ { id: u, use: a.yaml } ]`,
      }),
    ).toContain('runbook/use-cycle 3:24');
    const chain = Object.fromEntries(
      Array.from({ length: 11 }, (_, at) => [`r${at}.yaml`, `${head}steps: [ { id: u, use: r${at + 1}.yaml } ]`]),
    );
    expect(await told(chain)).toEqual(['runbook/use-depth 3:24']);
  });

  it('tells its own errors in its own file', async () => {
    const file = await write({ 'a.yaml': outer('b.yaml'), 'b.yaml': inner.replace('unit }}', 'unti }}') });
    const { diagnostics } = await loadRunbook(file, registry);
    expect(diagnostics[0]).toMatchObject({ code: 'cel/no-such-field', at: { file: join(folder, 'b.yaml') } });
  });
});

describe('a file that cannot be read is a diagnostic', () => {
  it.each([
    ['not UTF-8', { 'a.yaml': Uint8Array.of(0x61, 0xff, 0xfe) }, 'file/not-utf8 1:1'],
    ['too large', { 'a.yaml': 'x'.repeat(5_000_000) }, 'yaml/too-large 1:1'],
    ['a folder', { 'a.yaml/b': '' }, 'file/unreadable 1:1'],
  ])('%s', async (_name, files, expected) => {
    await write(files);
    const { value, diagnostics } = await loadRunbook(join(folder, 'a.yaml'), registry);
    expect(value).toBeUndefined();
    expect(diagnostics.map(({ code, at }) => `${code} ${at.line}:${at.col}`)).toEqual([expected]);
  });

  it('missing', async () => {
    const { diagnostics } = await loadRunbook(join(folder, 'none.yaml'), registry);
    expect(diagnostics[0]?.code).toBe('file/missing');
  });
});

describe('requires', () => {
  it.each([
    ['>=0.1', []],
    ['>=0.1 <1', []],
    ['^0.1.0', []],
    ['~0.1', []],
    ['>=1.2', ['runbook/needs-version 3:23']],
    ['^0.2', ['runbook/needs-version 3:23']],
    ['latest', ['runbook/bad-version 3:23']],
  ])('mendgate %s on 0.1.5', async (range, expected) => {
    expect(await told(`${head}requires: { mendgate: "${range}" }\n${look}`, '0.1.5')).toEqual(expected);
  });
});

it('errors of shape, of names and of types all come at once', async () => {
  const text = `${head}if_not_fixd: keep\nsteps:\n  - id: s\n    probes: { w: { nginx.wroker: {} }, r: { http.request: { url: x } } }\n    gate: r.statsu == 502\n    fix:\n      - selinux.boolean: { name: x, value: on }\n      - selinux.port: { port: "\${{ r.status }}", protocol: tpc, type: x }\n`;
  expect(await told(text)).toEqual([
    'runbook/unknown-key 3:1',
    'runbook/unknown-probe 6:20',
    'cel/no-such-field 7:13',
    'trap/boolean-word 9:44',
    'params/not-one-of 10:60',
  ]);
});
