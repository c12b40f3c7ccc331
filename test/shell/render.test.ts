import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Command } from '../../src/model/command.ts';
import { Secret } from '../../src/model/secret.ts';
import { displayCommand, renderCommand, unsendable } from '../../src/shell/render.ts';
import { runShell, shells } from './shells.ts';

const text = fc.string({ unit: 'binary' }).map((value) => value.replaceAll('\0', ''));

describe.each(shells)('a rendered command in $name', (shell) => {
  const run = (command: Command) => {
    const { rc, stdout } = runShell(shell, `(\n${renderCommand(command)}\n)`);
    return { rc, stdout: stdout.toString('utf8') };
  };

  it('passes arguments, env and stdin exactly', () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 5 }), text, text, (args, value, stdin) => {
        const script = 'printf "%s|" "$@" "$MG"; cat';
        const command: Command = { argv: ['sh', '-c', script, 'sh', ...args], env: { MG: value }, stdin };
        expect(run(command).stdout).toBe([...args, value, ''].join('|') + stdin);
      }),
      { numRuns: 40 },
    );
  });

  it('runs the program and not a builtin of its name', () => {
    expect(run({ argv: ['echo', 'a\\nb'] }).stdout).toBe('a\\nb\n');
  });

  it('assigns variables without exporting them', () => {
    const script = 'printf %s "$A"; sh -c \'printf %s "[${A-none}]"\'';
    expect(run({ script, variables: { A: "it's $(id)" } }).stdout).toBe("it's $(id)[none]");
  });

  it('keeps set -e, exit codes and braces of a script its own, with stdin or without', () => {
    for (const stdin of [{}, { stdin: 'in' }]) {
      expect(run({ script: 'set -e; false; echo no', ...stdin })).toEqual({ rc: 1, stdout: '' });
      expect(run({ script: 'exit 7', ...stdin })).toEqual({ rc: 7, stdout: '' });
    }
    expect(run({ script: '}; echo out', stdin: 'in' }).stdout).not.toContain('out');
  });

  it('reveals a secret to the command only', () => {
    expect(run({ argv: ['cat'], stdin: new Secret("pa'ss") }).stdout).toBe("pa'ss");
    expect(run({ argv: ['printenv', 'TOKEN'], env: { TOKEN: new Secret('t0k') } }).stdout).toBe('t0k\n');
  });
});

describe('what cannot be sent', () => {
  it.each<[Command, RegExp]>([
    [{ argv: ['a', 'b\0'] }, /NUL/],
    [{ script: 'a\0' }, /NUL/],
    [{ script: 'a', variables: { X: '\0' } }, /NUL/],
    [{ argv: ['a'], stdin: new Secret('\0') }, /NUL/],
    [{ argv: ['a'], env: { 'A B': '' } }, /"A B" is not a variable name/],
    [{ script: 'a', variables: { 'x=$(id)': '' } }, /not a variable name/],
    [{ argv: ['a'], env: { LD_PRELOAD: '' } }, /LD_PRELOAD may not be set/],
    [{ script: 'a', variables: { IFS: '' } }, /IFS may not be set/],
    [{ argv: [''] }, /not a program's name/],
    [{ argv: ['-x'] }, /not a program's name/],
  ])('%j is refused', (command, why) => expect(unsendable(command)).toMatch(why));

  it('is nothing else', () => {
    expect(unsendable({ argv: ['a', '', '\u0001\n'], env: { A1: '' }, stdin: '' })).toBeUndefined();
  });
});

describe('a displayed command', () => {
  it.each<[Command, string]>([
    [{ argv: ['setsebool', '-P', 'httpd_x', 'on'] }, 'setsebool -P httpd_x on'],
    [{ argv: ['echo', "it's", ''] }, "echo 'it'\\''s' ''"],
    [{ argv: ['tee', '/etc/x'], stdin: 'short' }, 'tee /etc/x <<< short'],
    [{ argv: ['tee', '/etc/x'], stdin: 'two\nlines\n€' }, 'tee /etc/x <<(13 bytes)'],
    [{ argv: ['chpasswd'], stdin: new Secret('root:x') }, 'chpasswd <<(***)'],
    [{ argv: ['a'], env: { T: new Secret('x'), U: 'y z' } }, "T=*** U='y z' a"],
    [{ script: 'echo "$X"\n', variables: { X: 'a b' } }, 'X=\'a b\'\necho "$X"'],
  ])('%j reads %j', (command, shown) => expect(displayCommand(command)).toBe(shown));
});
