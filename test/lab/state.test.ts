import { expect, test } from 'vitest';
import { diffState, hashState, parseState } from './state.ts';

const before = parseState('== booleans\na:0 0\nb:1 1\n== records\n== mendgate\n');

test('an unchanged guest has the same hash', () => {
  expect(hashState(parseState('== booleans\na:0 0\nb:1 1\n== records\n== mendgate\n'))).toBe(hashState(before));
});

test('a changed value changes the hash, and the difference names it', () => {
  const after = parseState('== booleans\na:1 1\nb:1 1\n== records\n== mendgate\n');
  expect(hashState(after)).not.toBe(hashState(before));
  expect(diffState(before, after)).toEqual(['booleans: - a:0 0', 'booleans: + a:1 1']);
});

test('a section left out does not count', () => {
  const after = parseState('== booleans\na:0 0\nb:1 1\n== records\n== mendgate\n== markers\n/var/lib/mendgate\n');
  expect(hashState(after)).not.toBe(hashState(before));
  expect(hashState(after, ['markers'])).toBe(hashState(before, ['markers']));
  expect(diffState(before, after)).toEqual(['markers: + /var/lib/mendgate']);
  expect(diffState(before, after, ['markers'])).toEqual([]);
});

test('a line that is there twice counts', () => {
  const after = parseState('== booleans\na:0 0\na:0 0\nb:1 1\n== records\n== mendgate\n');
  expect(diffState(before, after)).toEqual([expect.stringMatching(/^booleans: \d lines, now \d$/)]);
});

test('lines that moved from one section to another count', () => {
  const after = parseState('== booleans\na:0 0\n== records\nb:1 1\n== mendgate\n');
  expect(hashState(after)).not.toBe(hashState(before));
});
