import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mendgate } from '../e2e/cli.ts';
import { type LanguageServer, type OpenDocument, type Position, startLanguageServer } from './language-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'mendgate-editor-'));
let server: LanguageServer;
let opened = 0;

/** A document with a `|` where the cursor stands. */
function open(text: string, schema = resolve('schemas/runbook.schema.json')): OpenDocument & { readonly at: Position } {
  const whole = `# yaml-language-server: $schema=${pathToFileURL(schema).href}\n${text}`;
  const before = whole.slice(0, whole.indexOf('|')).split('\n');
  const at = { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
  opened += 1;
  return { ...server.open(pathToFileURL(join(folder, `${opened}.yaml`)).href, whole.replace('|', '')), at };
}

const head = 'runbook: a\ntitle: A\nsteps:\n  - id: s\n';

describe('an editor with yaml-language-server', { timeout: 120_000 }, () => {
  beforeAll(async () => {
    server = await startLanguageServer();
  }, 120_000);
  afterAll(async () => {
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('completes the keys of a step', async () => {
    const document = open(`${head}    |\n`);
    const labels = await document.complete(document.at);
    expect(labels).toEqual(expect.arrayContaining(['gate', 'fix', 'verify', 'rollback', 'use', 'alternatives']));
    expect(labels).not.toContain('id');
    expect(labels).not.toContain('symptom');
  });

  it('completes actions in a fix and probes in probes', async () => {
    const fix = open(`${head}    fix:\n      - |\n`);
    const actions = await fix.complete(fix.at);
    expect(actions).toEqual(expect.arrayContaining(['selinux.boolean', 'file.content', 'for_each']));
    expect(actions).not.toContain('http.request');
    const probes = open(`${head}    probes:\n      p:\n        |\n`);
    expect(await probes.complete(probes.at)).toEqual(expect.arrayContaining(['http.request', 'file.stat']));
  });

  it('completes the params of an action, and their choices', async () => {
    const params = open(`${head}    fix:\n      - service.state:\n          |\n`);
    expect(await params.complete(params.at)).toEqual(expect.arrayContaining(['name', 'state', 'enabled']));
    const choices = open(`${head}    on_failure: |\n`);
    expect(await choices.complete(choices.at)).toEqual(expect.arrayContaining(['rollback_all', 'keep', 'continue']));
  });

  it.each([
    ['a key', `${head}    ga|te: true\n`, "does this step's fix apply here?"],
    ['a probe', `${head}    probes: { p: { file.st|at: { path: /x } } }\n`, ''],
    ['a param', `${head}    fix:\n      - file.line: { path: /x, starts_w|ith: y, line: z }\n`, 'The line it replaces'],
  ])('explains %s under the mouse', async (_what, text, said) => {
    const document = open(text);
    const shown = await document.hover(document.at);
    expect(shown).not.toBe('');
    expect(shown.replaceAll('\\', '').replaceAll('&#39;', "'").replaceAll('&nbsp;', ' ')).toContain(said);
  });

  it.each([
    ['a param that is none', `${head}    fix:\n      - service.state: { name: x, stat: started }\n`, 'stat'],
    ['a value that is no choice', `${head}    fix:\n      - service.state: { name: x, state: up }\n`, 'up'],
    ['an unknown action', `${head}    fix:\n      - service.stat: { name: x }\n`, 'service.stat'],
    ['a key of another place', `${head}    symptom: {}\n`, 'symptom'],
  ])('underlines %s', async (_what, text, word) => {
    const [first] = await open(text).diagnostics();
    const { start, end } = first?.range ?? { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };
    expect(first).toBeDefined();
    const line = `\n${text}`.split('\n')[start.line] ?? '';
    expect(line.slice(start.character, end.character)).toContain(word);
  });

  it.each(['nginx-502-permission-denied', 'provision-nginx-proxy'])('has nothing to say of %s', async (name) => {
    const text = readFileSync(`runbooks/${name}.yaml`, 'utf8').replace(/^# yaml-language-server.*\n/, '');
    expect(await open(text).diagnostics()).toEqual([]);
  });

  it("knows an author's own packs by `mendgate schema --packs`", async () => {
    const packs = ['motd.ts', 'hosts_entry.py'].map((name) => `examples/custom-steps/packs/${name}`);
    const { stdout } = await mendgate(['schema', '--packs', ...packs]);
    const schema = join(folder, 'with-packs.schema.json');
    writeFileSync(schema, stdout);
    const fix = open(`${head}    fix:\n      - |\n`, schema);
    expect(await fix.complete(fix.at)).toEqual(expect.arrayContaining(['motd.banner', 'hosts.entry', 'file.line']));
    const wrong = open(`${head}    fix:\n      - motd.banner: { ower: ann }\n`, schema);
    expect((await wrong.diagnostics()).map(({ message }) => message).join('\n')).toMatch(/owner|ower/);
  });
});
