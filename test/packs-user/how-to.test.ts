import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { mendgate } from '../e2e/cli.ts';

const pages = ['inline-command', 'composite-step', 'typescript-pack', 'executable-pack'].map(
  (name) => `docs/how-to/${name}.md`,
);
const folder = mkdtempSync(join(tmpdir(), 'mendgate-how-to-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Fenced blocks, with the file that is named in the line before. */
function blocks(
  page: string,
): readonly { readonly file: string | undefined; readonly language: string; readonly text: string }[] {
  const found = readFileSync(page, 'utf8').matchAll(/(?:`([^`\n]+)`:\n\n)?```(\w+)\n([\s\S]*?)\n```/g);
  return [...found].map(([, file, language = '', text = '']) => ({ file, language, text }));
}

describe.each(pages)('%s', { timeout: 120_000 }, (page) => {
  it('shows files as they are', () => {
    const shown = blocks(page).filter(({ file }) => file !== undefined);
    expect(shown.length).toBeGreaterThan(0);
    for (const { file = '', text } of shown) expect(readFileSync(file, 'utf8').trimEnd()).toBe(text);
    const unnamed = blocks(page).filter(({ file, language }) => file === undefined && language !== 'sh');
    expect(unnamed).toEqual([]);
  });

  it('says only what can be typed', async () => {
    writeFileSync(join(folder, 'inventory.yaml'), 'inventory: a\nhosts:\n  h1: { connect: { address: 192.0.2.1 } }\n');
    const lines = blocks(page).flatMap(({ file, text }) => (file === undefined ? text.split('\n') : []));
    expect(lines.length).toBeGreaterThan(1);
    for (const line of lines) {
      const [program, ...args] = line.replace('inventory.yaml', join(folder, 'inventory.yaml')).split(' ');
      if (program !== 'mendgate') {
        execFileSync('sh', ['-c', line], { stdio: 'ignore' });
        continue;
      }
      // What is run on hosts is run in real-hosts.test.ts.
      const end = await mendgate(args[0] === 'run' ? [...args, '--syntax-check'] : args);
      expect({ line, ...end }).toMatchObject({ code: 0, stderr: '' });
    }
  });

  it('links to pages that exist', () => {
    const links = [...readFileSync(page, 'utf8').matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, path = '']) => path);
    for (const link of links)
      expect({ link, there: existsSync(resolve(dirname(page), link)) }).toMatchObject({ there: true });
  });
});
