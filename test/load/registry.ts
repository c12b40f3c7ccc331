import { again, defineAction, nothing } from '../../src/model/action.ts';
import { buildRegistry, type Registry } from '../../src/model/pack.ts';
import { defineProbe } from '../../src/model/probe.ts';
import type { ObjectSchema, Schema } from '../../src/model/schema.ts';

const text = { type: 'string' } as const;
const whole = { type: 'integer' } as const;
const yesNo = { type: 'boolean' } as const;
const anything = { type: 'any' } as const;
const duration = { type: 'string', format: 'duration' } as const;

/** An object schema; names that end in `?` are optional. */
function shape(members: Readonly<Record<string, Schema>>): ObjectSchema {
  const names = Object.keys(members);
  return {
    type: 'object',
    properties: Object.fromEntries(names.map((name) => [name.replace('?', ''), members[name] ?? anything])),
    required: names.filter((name) => !name.endsWith('?')),
  };
}
const list = (items: Schema): Schema => ({ type: 'array', items });

function probe(name: string, params: ObjectSchema, result: Schema) {
  return defineProbe({ name, summary: `Tells ${name}.`, params, result, read: async () => ({}) as never });
}
function action(name: string, params: ObjectSchema, rollback = nothing('a test')) {
  return defineAction({
    name,
    summary: `Brings ${name}.`,
    params,
    touches: () => [name],
    inspect: async () => ({}),
    diff: () => ({}),
    describe: () => name,
    apply: () => [],
    rollback,
  });
}

const env: Schema = { type: 'object', properties: {}, additionalProperties: { type: 'string', secret: true } };
const command = { env, stdin: { type: 'string', secret: true } } as const;
const result = { rc: whole, stdout: text, stderr: text, text, lines: list(text) };
const module_ = shape({ name: text, cil: text });
const opens = list(shape({ source: text, target: text, class: text }));
const remedies = shape({
  booleans: list(shape({ name: text, opens })),
  ports: list(
    shape({ port: whole, current_type: text, current_type_ports: whole, needs_boolean: yesNo, module: module_ }),
  ),
  modules: list(shape({ name: text, cil: text, reach: text, opens })),
  unsolved: list(shape({ access: text, why: text })),
});

/** Small packs that look like the real ones, for tests of the language. */
export const registry: Registry = buildRegistry([
  {
    name: 'test',
    probes: [
      probe(
        'http.request',
        shape({ url: text, 'method?': { type: 'string', enum: ['GET', 'HEAD'], default: 'GET' } }),
        shape({ status: whole, 'body?': text }),
      ),
      probe('nginx.worker', shape({}), shape({ user: text, domain: text })),
      probe(
        'nginx.upstream_errors',
        shape({ 'since?': { ...duration, default: '1h' } }),
        list(shape({ errno: whole, 'upstream?': text })),
      ),
      probe(
        'selinux.status',
        shape({}),
        shape({ mode: { type: 'string', enum: ['enforcing', 'permissive', 'disabled'] } }),
      ),
      probe('selinux.denials', shape({ command: text, 'since?': duration }), list(shape({ path: text }))),
      probe('selinux.remedies', shape({ denials: list(shape({ path: text })), 'prefer?': text }), remedies),
      probe('selinux.access', shape({ source: text, target: text, class: text }), shape({ allowed: yesNo })),
      probe(
        'systemd.unit',
        shape({ name: text, 'log_lines?': { type: 'integer', minimum: 0, maximum: 1000 } }),
        shape({ active: yesNo, log: list(text) }),
      ),
      probe('core.facts', shape({}), shape({ family: text })),
      probe(
        'core.command',
        shape({ command: list(text), 'env?': command.env, 'stdin?': command.stdin }),
        shape(result),
      ),
      probe(
        'core.script',
        shape({
          script: { type: 'string', minLength: 1 },
          'variables?': { type: 'object', properties: {}, additionalProperties: text },
          'env?': command.env,
          'stdin?': command.stdin,
          'parse?': { type: 'string', enum: ['text', 'lines', 'json'], default: 'text' },
          'result?': anything,
        }),
        anything,
      ),
    ],
    actions: [
      action(
        'selinux.boolean',
        shape({
          name: { type: 'string', pattern: '^[a-z0-9_]+$' },
          value: yesNo,
          'persistent?': { ...yesNo, default: true },
        }),
      ),
      action(
        'selinux.port',
        shape({
          port: { type: 'integer', minimum: 1, maximum: 65535 },
          protocol: { type: 'string', enum: ['tcp', 'udp'] },
          type: text,
        }),
      ),
      action('selinux.module', shape({ name: text, cil: text })),
      action(
        'file.content',
        shape({
          path: { type: 'string', format: 'path' },
          'content?': { type: 'string', secret: true },
          'mode?': { type: 'string', pattern: '^[0-7]{3,4}$' },
        }),
      ),
      action(
        'service.state',
        shape({ name: text, 'state?': { type: 'string', enum: ['started', 'stopped'] }, 'enabled?': yesNo }),
      ),
      action('service.restarted', shape({ name: text }), again),
      action('core.command', shape({ command: list(text), 'env?': command.env, 'stdin?': command.stdin })),
      action(
        'core.script',
        shape({
          script: { type: 'string', minLength: 1 },
          'variables?': { type: 'object', properties: {}, additionalProperties: text },
          'env?': command.env,
        }),
      ),
    ],
  },
]);
