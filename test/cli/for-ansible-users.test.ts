import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { processIo } from '../../src/cli/io.ts';
import { createProgram } from '../../src/cli/program.ts';

const page = readFileSync('docs/for-ansible-users.md', 'utf8');
const program = createProgram(processIo(), () => {});
const commands = new Map(program.commands.map((command) => [command.name(), command]));
const lines = [...page.matchAll(/^mendgate [^#\n]*/gm)].map(([line]) => line.trim());

describe('docs/for-ansible-users.md', () => {
  it('shows command lines', () => expect(lines.length).toBeGreaterThan(5));

  it.each(lines)('%s: has only options that there are', (line) => {
    const [, name = '', ...words] = line.split(/\s+/);
    const flags = commands.get(name)?.options.flatMap(({ short, long }) => [short, long]);
    for (const word of words.filter((each) => each.startsWith('-')))
      expect([name, flags]).toEqual([name, expect.arrayContaining([word])]);
  });

  it('names in its second column only options and commands that there are', () => {
    const table = /## Command lines\n([\s\S]*?)\n## /.exec(page)?.[1] ?? '';
    const known = program.commands.flatMap((command) => command.options.flatMap(({ short, long }) => [short, long]));
    const cells = table
      .split('\n')
      .slice(3)
      .map((row) => row.split(' | ')[1] ?? '');
    const named = cells.flatMap((cell) => [...cell.matchAll(/`(mendgate )?([\w-]+)[^`]*`/g)]);
    expect(named.length).toBeGreaterThan(20);
    for (const [, prefix, word = ''] of named) {
      if (prefix !== undefined) expect([...commands.keys()]).toContain(word);
      else if (word.startsWith('-')) expect([...known, '-vv', '-vvv']).toContain(word);
    }
  });
});
