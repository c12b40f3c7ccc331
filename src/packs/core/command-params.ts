import type { ArgvCommand, ScriptCommand } from '../../model/command.ts';
import type { ObjectSchema, TypeOf } from '../../model/schema.ts';

const env = {
  type: 'object',
  properties: {},
  additionalProperties: { type: 'string', secret: true, description: 'Value; may be secret' },
  description: 'Environment variables exported to it; the way for data and secrets',
} as const;
const stdin = {
  type: 'string',
  secret: true,
  description: 'What it finds on standard input; default nothing',
} as const;

export const commandParams = {
  type: 'object',
  properties: {
    command: {
      type: 'array',
      items: { type: 'string', description: 'One argument, exactly as given' },
      description: 'The program and its arguments; no shell looks at them',
    },
    env,
    stdin,
  },
  required: ['command'],
} as const satisfies ObjectSchema;

export const scriptParams = {
  type: 'object',
  properties: {
    script: { type: 'string', minLength: 1, description: 'Text for POSIX sh' },
    variables: {
      type: 'object',
      properties: {},
      additionalProperties: { type: 'string', description: 'Value' },
      description:
        'Filled in by mendgate from each ${{ }} in the script: assigned in front of it, never pasted into it',
    },
    env,
    stdin,
  },
  required: ['script'],
} as const satisfies ObjectSchema;

/** The params as a command. An empty `command` becomes one that no host has, and so says "not found". */
export function commandOf(params: TypeOf<typeof commandParams>): ArgvCommand {
  const [program = '', ...rest] = params.command;
  return { argv: [program, ...rest], ...extras(params) };
}

/** The params as a script with its data beside it. */
export function scriptOf(params: TypeOf<typeof scriptParams>): ScriptCommand {
  return {
    script: params.script,
    ...(params.variables === undefined ? {} : { variables: params.variables }),
    ...extras(params),
  };
}

function extras(params: Pick<TypeOf<typeof commandParams>, 'env' | 'stdin'>): Pick<ArgvCommand, 'env' | 'stdin'> {
  return {
    ...(params.env === undefined ? {} : { env: params.env }),
    ...(params.stdin === undefined ? {} : { stdin: params.stdin }),
  };
}
