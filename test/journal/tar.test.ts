import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTar, TarProblem, writeTar } from '../../src/journal/bundle/tar.ts';

const files = fc.array(
  fc.record({
    name: fc.stringMatching(/^[a-z]{1,20}(\/[a-z.]{1,20})?$/),
    bytes: fc.uint8Array({ maxLength: 2000 }).map((bytes) => Buffer.from(bytes)),
  }),
  { maxLength: 6 },
);

describe('an archive', () => {
  it('gives back what was put in', () => {
    fc.assert(
      fc.property(files, (given) => {
        expect(readTar(writeTar(given, 0))).toEqual(given);
      }),
    );
  });

  it('is one that tar reads', () => {
    const archive = writeTar(
      [
        { name: 'a/b.txt', bytes: Buffer.from('hello\n') },
        { name: 'a/c', bytes: Buffer.alloc(513, 'x') },
      ],
      1_700_000_000_000,
    );
    expect(execFileSync('tar', ['tvf', '-'], { input: archive, encoding: 'utf8' })).toMatch(
      /-rw------- 0\/0 +6 .* a\/b\.txt\n-rw------- 0\/0 +513 .* a\/c\n/,
    );
    expect(execFileSync('tar', ['xOf', '-', 'a/b.txt'], { input: archive, encoding: 'utf8' })).toBe('hello\n');
  });

  it('of anything but plain files, or of less than a whole, is refused; nothing else is thrown', () => {
    const whole = writeTar([{ name: 'a', bytes: Buffer.alloc(700, 'x') }], 0);
    const link = Buffer.from(whole);
    link.write('2', 156);
    for (const bytes of [
      link,
      whole.subarray(0, 1000),
      whole.subarray(0, 100),
      Buffer.concat([whole, Buffer.from('x')]),
    ])
      expect(() => readTar(bytes)).toThrow(TarProblem);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), fc.nat(1500), (noise, at) => {
        for (const bytes of [Buffer.from(noise), Buffer.concat([whole.subarray(0, at), Buffer.from(noise)])]) {
          try {
            readTar(bytes);
          } catch (error) {
            expect(error).toBeInstanceOf(TarProblem);
          }
        }
      }),
    );
  });
});
