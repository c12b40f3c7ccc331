import { describe, expect, it } from 'vitest';
import { Unknown } from '../../../src/model/unknown.ts';
import coreScriptProbe from '../../../src/packs/core/core-script-probe.ts';
import { misfitOf } from '../../../src/packs/core/declared-shape.ts';

describe('JSON that is not what the runbook declares', () => {
  it.each([
    [{ bytes: 'int' }, { bytes: '5' }, 'bytes: int, got text'],
    [{ bytes: 'int' }, { bytes: 1.5 }, 'bytes: int, got number'],
    [{ bytes: 'int' }, { bytes: null }, 'bytes: int, got null'],
    [{ bytes: 'int' }, {}, 'bytes: int, got nothing'],
    [{ bytes: 'int' }, [], 'map, got list'],
    [{ ok: 'bool' }, { ok: 'false' }, 'ok: bool, got text'],
    [{ a: { b: ['string'] } }, { a: { b: ['x', 2] } }, 'a.b[1]: string, got int'],
    [['int'], { length: 0 }, 'list, got map'],
    ['map', [], 'map, got list'],
    ['list', null, 'list, got null'],
    [{ constructor: 'map' }, {}, 'constructor: map, got nothing'],
  ])('%j is refused by %j: %s', (shape, value, reason) => expect(misfitOf(shape, value)).toBe(reason));

  it.each([
    [{ bytes: 'int' }, { bytes: 5, more: null }],
    [
      { n: 'number', l: 'list', m: 'map' },
      { n: 5, l: [], m: {} },
    ],
    [['string'], []],
    [undefined, null],
  ])('%j takes %j', (shape, value) => expect(misfitOf(shape, value)).toBeUndefined());

  it('makes the probe unknown, so that no gate opens on it', async () => {
    const host = {
      since: 0,
      run: () => Promise.resolve({ rc: 0, stdout: '{"bytes": "5"}', stderr: '', truncated: false, ms: 1 }),
    };
    const params = { script: 'x', parse: 'json', result: { bytes: 'int' } };
    const seen = await coreScriptProbe.read(host, params as never);
    expect(seen).toBeInstanceOf(Unknown);
    expect((seen as Unknown).reason).toContain('declared bytes: int, got text');
  });
});
