import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { markerScanner } from '../../src/shell/marker-scanner.ts';

const nonce = '0123456789abcdef0123456789abcdef';

function scan(chunks: readonly Buffer[]): { bytes: Buffer; markers: string[] } {
  const bytes: Buffer[] = [];
  const markers: string[] = [];
  const scanner = markerScanner({
    bytes: (part) => bytes.push(Buffer.from(part)),
    marker: (words) => markers.push(`${Buffer.concat(bytes).length}:${words.join(' ')}`),
  });
  scanner.lookFor(nonce);
  for (const chunk of chunks) scanner.push(chunk);
  scanner.flush();
  return { bytes: Buffer.concat(bytes), markers };
}

/** Bytes in which beginnings of the nonce and whole nonces without a marker's words are likely. */
const piece = fc.oneof(
  fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array)),
  fc.integer({ min: 0, max: nonce.length }).map((length) => Buffer.from(nonce.slice(0, length))),
  fc.constantFrom(`${nonce}\n`, `${nonce} `, `${nonce} R 3\n`, `${nonce} r x\n`, ` b\n`).map((s) => Buffer.from(s)),
);
const marker = fc.constantFrom('b', 'e', 'r 0', 'r 255', 'e 0 1', 'hello 12 34');

describe('the marker scanner', () => {
  it('finds every marker and loses no byte, however the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(piece, marker), { maxLength: 6 }),
        piece,
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 20 }),
        (parts, rest, cuts) => {
          const stream = Buffer.concat([
            ...parts.flatMap(([bytes, words]) => [bytes, Buffer.from(`${nonce} ${words}\n`)]),
            rest,
          ]);
          const chunks: Buffer[] = [];
          for (let at = 0, i = 0; at < stream.length; i += 1) {
            const length = cuts[i % cuts.length] ?? 1;
            chunks.push(stream.subarray(at, at + length));
            at += length;
          }
          const whole = scan([stream]);
          expect(scan(chunks)).toEqual(whole);
          // Pieces next to each other may make up another marker; never fewer.
          expect(whole.markers.length).toBeGreaterThanOrEqual(parts.length);
        },
      ),
    );
  });

  it('takes everything for bytes when it looks for nothing', () => {
    const bytes: Buffer[] = [];
    const scanner = markerScanner({ bytes: (part) => bytes.push(part), marker: () => expect.unreachable() });
    scanner.push(Buffer.from(`${nonce} b\n`));
    expect(Buffer.concat(bytes).toString()).toBe(`${nonce} b\n`);
  });

  it('does not wait for more after a nonce that no marker follows', () => {
    const text = `${nonce} ${'x'.repeat(100)}`;
    expect(scan([Buffer.from(text)]).bytes.toString()).toBe(text);
  });
});
