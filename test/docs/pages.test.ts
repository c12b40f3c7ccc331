import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { processIo } from '../../src/cli/io.ts';
import { createProgram } from '../../src/cli/program.ts';
import { follow } from './follow.ts';
import { blocksOf, pages } from './page.ts';
import { type ReaderOfPages, readerMissing, startReader } from './reader.ts';

const all = pages.flatMap((page) => blocksOf(page).map((block) => ({ page, ...block })));
const why = readerMissing === undefined ? '' : ` (${readerMissing})`;

describe('every block of every page', () => {
  it('is a file, commands, a screen, or a picture; or it says why nobody runs it', () => {
    expect(all.filter(({ kind }) => kind === 'unmarked')).toEqual([]);
    expect(all.flatMap((block) => (block.kind === 'not_run' ? [`${block.page}: ${block.why}`] : []))).toEqual([
      'README.md: it installs and tests this whole project, as CI does',
      'README.md: it needs guests with SELinux, whose lives docs/lab-results.md tells',
      'README.md: it needs a fleet',
      'CONTRIBUTING.md: they build, test and measure this project itself',
      'CONTRIBUTING.md: they take guests, root, and long',
      'docs/library.md: it needs Node 22.18, which runs TypeScript; package.test.ts compiles it and holds what it prints',
      'docs/library.md: it needs Node 22.18, which runs TypeScript; package.test.ts compiles it and holds what it prints',
      'docs/rollout.md: the head of a runbook',
      'docs/rollout.md: it needs a fleet; rollout.test.ts holds it against what is printed',
      'docs/rollout.md: it needs a fleet',
      'docs/rollout.md: a part of a runbook',
    ]);
    const pictures = all.flatMap((block) => (block.kind === 'picture' ? [block] : []));
    expect(pictures.map(({ page }) => page)).toEqual(['docs/architecture.md']);
    for (const { text } of pictures) expect(text).not.toMatch(/^\$ |mendgate \w/m);
  });

  it('is found', () => {
    for (const page of pages) {
      const fences = readFileSync(page, 'utf8').match(/^```/gm) ?? [];
      expect({ page, blocks: blocksOf(page).length }).toEqual({ page, blocks: fences.length / 2 });
    }
  });
});

// The tutorial has an empty folder of its own: tutorial.test.ts.
const followed = pages.filter((page) => page !== 'docs/tutorial.md' && blocksOf(page).length > 0);

describe.skipIf(readerMissing !== undefined).each(followed)(`%s, followed${why}`, { timeout: 120_000 }, (page) => {
  let reader: ReaderOfPages;
  beforeAll(async () => {
    reader = await startReader({ project: true });
    for (const host of ['web01', 'web02'] as const)
      reader.hosts.write(host, '/etc/hosts', '127.0.0.1 localhost\n192.0.2.10 db.internal\n');
    reader.make('inventory.yaml', 'inventory: here\nhosts: { web01: {} }\n');
    // What the examples of the how-to pages look at.
    const worker = { conf: 'jobs = 2\n', pid: '1\n', loaded: '1\n' };
    for (const [name, text] of Object.entries(worker)) reader.hosts.write('web01', `/srv/worker/worker.${name}`, text);
    reader.hosts.write('web01', '/srv/app/maintenance.on', '', 7200);
    reader.hosts.write('web02', '/srv/pool/servers', 'web01 ready\n');
  }, 60_000);
  afterAll(async () => reader?.stop());

  it.each(blocksOf(page).map((block) => [block.line, block.kind, block] as const))('line %i: %s', (_, _kind, block) =>
    follow(reader, block),
  );
});

describe('the pages', () => {
  it.each(pages)('%s links only to what exists', (page) => {
    const links = [...readFileSync(page, 'utf8').matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)];
    for (const [link, path = '', anchor] of links) {
      const target = path === '' ? page : join(dirname(page), path);
      expect({ link, there: existsSync(target) }).toMatchObject({ there: true });
      if (anchor === undefined) continue;
      const titles = [...readFileSync(target, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, title = '']) => title);
      const anchors = titles.map((title) =>
        title
          .toLowerCase()
          .replaceAll(/[^\w\- ]/g, '')
          .replaceAll(' ', '-'),
      );
      expect({ link, anchors }).toMatchObject({ anchors: expect.arrayContaining([anchor]) });
    }
  });

  const program = createProgram(processIo(), () => {});
  const commands = program.createHelp().visibleCommands(program);

  it('name every command in the README', () => {
    const readme = readFileSync('README.md', 'utf8');
    for (const name of commands.map((command) => command.name()).filter((each) => each !== 'help'))
      expect(readme).toMatch(new RegExp(`^\\|.*\`${name}\\b`, 'm'));
  });

  it.each(pages)('%s mentions in its text only commands and options that there are', (page) => {
    const text = readFileSync(page, 'utf8').replaceAll(/^```[\s\S]*?^```$/gm, '');
    for (const [mentioned, name] of text.matchAll(/`(?:npx )?mendgate ([a-z]+)[^`]*`/g)) {
      const command = commands.find((each) => each.name() === name);
      const options = (command?.options ?? []).flatMap(({ short, long }) => [short, long]);
      expect({ mentioned, there: command !== undefined }).toMatchObject({ there: true });
      for (const [, option] of mentioned.matchAll(/ (--?[a-z][a-z-]*)/gi))
        expect({ mentioned, options }).toMatchObject({ options: expect.arrayContaining([option]) });
    }
  });
});
