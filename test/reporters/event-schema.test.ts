import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { stamp } from './events.ts';
import { allSamples, samples } from './samples.ts';

const schema = JSON.parse(readFileSync(new URL('../../schemas/event.schema.json', import.meta.url), 'utf8'));
const valid = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true }).compile(schema);

/** An event as a reader of the journal meets it. */
function written(body: (typeof allSamples)[number]): Record<string, unknown> {
  return JSON.parse(JSON.stringify(stamp([body])[0]));
}

describe('event.schema.json', () => {
  it.each(allSamples.map((body) => [body.type, body] as const))('accepts %s as it is emitted', (_type, body) => {
    expect(valid(written(body)), JSON.stringify(valid.errors)).toBe(true);
  });

  it.each(Object.values(samples).map(([smallest]) => [smallest.type, smallest] as const))(
    'refuses %s with a member missing or too many',
    (_type, smallest) => {
      const whole = written(smallest);
      expect(valid({ ...whole, surprise: 1 })).toBe(false);
      const optional = smallest.type === 'probe.read' ? ['unknown'] : [];
      for (const member of Object.keys(whole).filter((name) => !optional.includes(name))) {
        const { [member]: _left, ...rest } = whole;
        expect(valid(rest), `without ${member}`).toBe(false);
      }
    },
  );

  it('refuses an event of an unknown type', () => {
    expect(valid({ seq: 1, at: 'x', run: 'r', type: 'host.exploded', host: 'web01' })).toBe(false);
  });

  it('describes every type and every member', () => {
    const bare: string[] = [];
    for (const [name, definition] of Object.entries<Record<string, unknown>>(schema.$defs)) {
      if (definition['description'] === undefined) bare.push(name);
      for (const [member, value] of Object.entries((definition['properties'] ?? {}) as Record<string, object>)) {
        if (!('description' in value || '$ref' in value || 'const' in value)) bare.push(`${name}.${member}`);
      }
    }
    expect(bare).toEqual([]);
  });
});
