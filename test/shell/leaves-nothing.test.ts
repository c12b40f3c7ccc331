import { describe, expect, it } from 'vitest';
import { doNothing, leavesNothing } from '../../src/shell/leaves-nothing.ts';

describe('whether a command leaves nothing behind', () => {
  it.each([
    ['a program that starts no other', { argv: ['cat', '/etc/os-release'] }, true],
    ['one with stdin', { argv: ['cat'], stdin: 'x' }, true],
    ['one that may start others', { argv: ['find', '/', '-exec', 'x'] }, false],
    ['one that becomes another user', { argv: ['sudo', 'cat', '/x'] }, false],
    ['a path, which may lead to anything', { argv: ['/opt/cat', '/x'] }, false],
    ['one whose variables may change what it does', { argv: ['grep', 'x'], env: { A: 'b' } }, false],
    ['a script', { script: 'cat /x' }, false],
    ['nothing', doNothing, true],
  ] as const)('%s', (_name, command, expected) => {
    expect(leavesNothing(command)).toBe(expected);
  });
});
