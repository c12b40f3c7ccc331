import type { Command } from '../../model/command.ts';
import { parseDuration } from '../../model/duration.ts';
import { isObject } from '../../model/json.ts';
import { unsendable } from '../../shell/render.ts';

const mostCommands = 100;
const members: readonly string[] = ['argv', 'script', 'variables', 'env', 'stdin', 'timeout'];

/** Commands as an executable writes them, or what is wrong with them. */
export function readCommands(value: unknown): readonly Command[] | string {
  if (!Array.isArray(value)) return 'commands must be a list';
  if (value.length > mostCommands) return `more than ${mostCommands} commands at a time`;
  const commands: Command[] = [];
  for (const [index, entry] of value.entries()) {
    const command = readCommand(entry);
    if (typeof command === 'string') return `command ${index + 1}: ${command}`;
    commands.push(command);
  }
  return commands;
}

function readCommand(value: unknown): Command | string {
  if (!isObject(value)) return "it must be an object like { argv: ['id'] } or { script: 'id' }";
  const strange = Object.keys(value).find((key) => !members.includes(key));
  if (strange !== undefined) return `a command has no \`${strange}\``;
  const { argv, script, variables, env, stdin, timeout } = value;
  if (!isTexts(env ?? {}) || !isTexts(variables ?? {})) return 'env and variables must be name → text';
  if (stdin !== undefined && typeof stdin !== 'string') return 'stdin must be text';
  const timeoutMs = timeout === undefined ? undefined : parseDuration(String(timeout));
  if (timeout !== undefined && timeoutMs === undefined) return "timeout must be a duration like '5s'";
  const more = {
    ...(env === undefined ? {} : { env: env as { readonly [name: string]: string } }),
    ...(stdin === undefined ? {} : { stdin }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  };
  const command = readText(argv, script, variables as { readonly [name: string]: string } | undefined);
  if (typeof command === 'string') return command;
  const whole: Command = { ...command, ...more };
  return unsendable(whole) ?? whole;
}

function readText(
  argv: unknown,
  script: unknown,
  variables: { readonly [name: string]: string } | undefined,
): Command | string {
  if ((argv === undefined) === (script === undefined)) return 'it needs argv or script, one of them';
  if (script !== undefined) {
    if (typeof script !== 'string') return 'script must be text';
    return variables === undefined ? { script } : { script, variables };
  }
  if (variables !== undefined) return 'variables are for a script';
  if (!Array.isArray(argv) || !argv.every((word) => typeof word === 'string')) return 'argv must be a list of texts';
  const [program, ...words]: readonly string[] = argv;
  return program === undefined ? 'argv is empty' : { argv: [program, ...words] };
}

function isTexts(value: unknown): boolean {
  return isObject(value) && Object.values(value).every((text) => typeof text === 'string');
}
