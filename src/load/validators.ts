import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { canonicalJson } from '../model/json.ts';
import type { Schema } from '../model/schema.ts';
import { type JsonSchema, toJsonSchema } from './json-schema.ts';

/** What ajv says of one violation. */
export interface Violation {
  /** JSON pointer into the value. */
  readonly instancePath: string;
  /** Pointer into the schema: `#/$defs/step/additionalProperties`. */
  readonly schemaPath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** Set for violations of `propertyNames`. */
  readonly propertyName?: string;
}

export type Validate = (value: unknown) => readonly Violation[];

/** What ajv compiles a schema to; errors of the last call hang at the function. */
interface CompiledSchema {
  (value: unknown): boolean;
  errors?: readonly Violation[] | null;
}

const require = createRequire(import.meta.url);
const validators = new WeakMap<object, Validate>();

/** Validates params of a probe or action against its schema. */
export function paramsValidator(schema: Schema): Validate {
  return remember(schema, () => toJsonSchema(schema, { interpolated: false }));
}

/** Validates against a JSON Schema. */
export function schemaValidator(schema: JsonSchema): Validate {
  return remember(schema, () => schema);
}

/** Names a schema by its content: what was generated at build fits exactly the schemas it was generated from. */
export function schemaDigest(schema: JsonSchema): string {
  return createHash('sha256').update(canonicalJson(schema)).digest('hex').slice(0, 32);
}

function remember(key: object, toSchema: () => JsonSchema): Validate {
  const known = validators.get(key);
  if (known !== undefined) return known;
  const schema = toSchema();
  const compiled = generated()[schemaDigest(schema)] ?? compile(schema);
  const validate: Validate = (value) => (compiled(value) ? [] : (compiled.errors ?? []));
  validators.set(key, validate);
  return validate;
}

let loaded: Readonly<Record<string, CompiledSchema>> | undefined;

/** Code compiled at build for the skeleton and the built-in packs, by digest. Without a build there is none. */
function generated(): Readonly<Record<string, CompiledSchema>> {
  loaded ??= loadGenerated();
  return loaded;
}

function loadGenerated(): Readonly<Record<string, CompiledSchema>> {
  try {
    return require('../../generated/validators.cjs') as Readonly<Record<string, CompiledSchema>>;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND') return {};
    throw error;
  }
}

interface Compiler {
  compile(schema: JsonSchema): CompiledSchema;
}
let compiler: Compiler | undefined;

/** For packs that were not there at build: ajv itself, loaded only now. */
function compile(schema: JsonSchema): CompiledSchema {
  if (compiler === undefined) {
    const { Ajv2020 } = require('ajv/dist/2020.js') as { Ajv2020: new (options: object) => Compiler };
    compiler = new Ajv2020(ajvOptions);
  }
  const { $schema: _ours, ...rest } = schema;
  return compiler.compile(rest);
}

/** No coercion, no defaults, no `$data`; own properties only. Our schemas are built by us and tested, not validated here. */
export const ajvOptions = {
  strict: true,
  strictTypes: false,
  allErrors: true,
  ownProperties: true,
  meta: false,
  validateSchema: false,
  messages: false,
} as const;
