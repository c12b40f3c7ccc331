import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { processIo } from '../../src/cli/io.ts';
import { manPage } from '../../src/cli/man-page.ts';
import { createProgram } from '../../src/cli/program.ts';

const kept = readFileSync('man/mendgate.1', 'utf8');
const manIsHere = spawnSync('man', ['--version']).status === 0;

describe('man/mendgate.1', () => {
  it('says what the program has (npm run docs)', () => {
    expect(kept).toBe(manPage(createProgram(processIo(), () => {})));
  });

  it.runIf(manIsHere)(
    'is read by man without a warning, and shows commands, options and files as they are typed',
    () => {
      const env = { ...process.env, MANWIDTH: '100', MAN_KEEP_FORMATTING: '', LC_ALL: 'C.UTF-8', MANPAGER: 'cat' };
      const { stdout, stderr, status } = spawnSync('man', ['--warnings', '-l', 'man/mendgate.1'], {
        encoding: 'utf8',
        env,
      });
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      for (const words of [
        'mendgate run <runbook>',
        '-C, --dry-run',
        '--secret <name=source>',
        '~/.config/mendgate/mendgate.yaml',
        'mendgate runs show <run>',
      ])
        expect(stdout).toContain(words);
      expect(stdout).not.toContain('__complete');
    },
  );
});
