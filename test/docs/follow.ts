import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { Block } from './page.ts';
import type { ReaderOfPages } from './reader.ts';
import { alike, isShown } from './screen.ts';

/** Does what a block says, and expects what it promises. */
export async function follow(reader: ReaderOfPages, block: Block): Promise<void> {
  switch (block.kind) {
    case 'file':
      // A file in a folder is one of this project.
      if (block.path.includes('/')) expect(block.text.trimEnd()).toBe(readFileSync(block.path, 'utf8').trimEnd());
      else reader.make(block.path, block.text);
      return;
    case 'commands': {
      const typed = block.lines.join('\n');
      const { code, screen } = await reader.type(`set -e\n${typed}`, [['[y/N] ', 'y']]);
      expect(code, `${typed}\n${screen.join('\n')}`).toBe(block.exit);
      return;
    }
    case 'screen':
      for (const { command, printed } of block.shots) {
        const answers = printed.flatMap((line) => {
          const [, question, answer] = /^(.*\[y\/N\] )(\w*)$/.exec(line) ?? [];
          return question === undefined || answer === undefined ? [] : [[question, answer] as const];
        });
        const { code, screen } = await reader.type(command, answers);
        if (!isShown(printed, screen)) expect(screen.map(alike).join('\n')).toBe(printed.map(alike).join('\n'));
        expect(code, screen.join('\n')).toBe(block.exit);
      }
      return;
    case 'picture':
    case 'not_run':
      return;
    case 'unmarked':
      expect.fail(`a block of \`${block.language}\` that nobody runs`);
  }
}
