import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../src/engine/redact.ts';
import { Secret } from '../../src/model/secret.ts';
import { noAnswer } from '../../src/packs/core/command-result.ts';
import { whyNot } from '../../src/packs/core/why-not.ts';

const redactorOf = (...secrets: string[]) => createRedactor(secrets.map((secret) => new Secret(secret)));
const stamp = { seq: 4711, at: '2026-01-01T00:00:00.000Z', run: 'r' };
/** The longest beginning of a secret that a text shows. */
const shownOf = (secret: string, text: string): number => {
  for (let length = secret.length; length > 0; length -= 1) if (text.includes(secret.slice(0, length))) return length;
  return 0;
};
/** Letters and digits, so that each form of a secret but base64 is the secret itself; the text around has none of them. */
const secret = fc.stringMatching(/^[A-Za-z0-9]{5,40}$/);

describe('the redactor', () => {
  it('replaces secrets in names, and keeps every member', () => {
    const redact = redactorOf('hunter2secret');
    const value = { hunter2secret: 1, 'x-hunter2secret': 2, nested: [{ hunter2secret: 3 }], '***': 4 };
    const redacted = redact.value(value);
    expect(JSON.stringify(redacted)).not.toContain('hunter2');
    expect(Object.values(redacted)).toEqual([1, 2, [{ '***': 3 }], 4]);
  });

  it('replaces numbers that are a secret', () => {
    expect(redactorOf('4711').value({ pin: 4711, pins: [4711, 47110], other: 471 })).toEqual({
      pin: '***',
      pins: ['***', 47110],
      other: 471,
    });
  });

  it('keeps an event’s own names and numbers, whatever the secret: reporters live on them', () => {
    const redact = redactorOf('host', 'summary', '4711');
    const event = {
      ...stamp,
      type: 'change.planned',
      host: 'web1',
      change: { action: 'x', summary: 's', change: { summary: 4711 } },
    };
    expect(redact.value(event)).toEqual({
      ...event,
      change: { action: 'x', summary: 's', change: { '***': '***' } },
    });
    const read = { ...stamp, type: 'probe.read', ms: 4711, value: { summary: 4711 }, params: { host: 1 } };
    expect(redact.value(read)).toEqual({ ...read, value: { '***': '***' }, params: { '***': 1 } });
  });

  it('leaves short words alone that begin like a secret', () => {
    expect(redactorOf('nginx-pass').value({ service: 'nginx', text: 'the service nginx' })).toEqual({
      service: 'nginx',
      text: 'the service nginx',
    });
  });

  it('hides a secret that was cut, wherever: at most 3 characters of it are left', () => {
    fc.assert(
      fc.property(secret, fc.nat(40), fc.nat(400), (clear, kept, before) => {
        const cut = clear.slice(0, Math.min(kept, clear.length - 1));
        const text = `${'-'.repeat(before)}${cut}`;
        const redact = redactorOf(clear);
        expect(shownOf(clear, redact.text(`failed: ${text}…; and so on`))).toBeLessThan(4);
        if (text.length >= 200) expect(shownOf(clear, redact.text(text))).toBeLessThan(4);
      }),
    );
  });

  it('hides a secret at the border of a command’s error text, as a reason carries it', () => {
    fc.assert(
      fc.property(secret, fc.integer({ min: 250, max: 310 }), (clear, before) => {
        const stderr = `${'-'.repeat(before)}${clear} refused\nmore`;
        const answer = { stdout: '', stderr, rc: 127, truncated: false, ms: 1 };
        const redact = redactorOf(clear);
        for (const reason of [whyNot(answer, 'tool'), noAnswer(answer, 'tool') ?? '']) {
          expect(reason).toContain('---');
          expect(shownOf(clear, redact.text(`step s: ${reason}; rolled back`))).toBeLessThan(4);
        }
      }),
    );
  });
});
