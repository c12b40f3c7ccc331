import type { Command } from '../model/command.ts';
import { Secret } from '../model/secret.ts';
import { quote, word } from './quote.ts';

const namePattern = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** Names that change how the shell or the loader itself works, or that shells make read-only. */
const reservedNames = /^(?:PATH|IFS|ENV|BASH_ENV|SHELLOPTS|BASHOPTS|PPID|UID|EUID|GROUPS|LD_.*|mg_.*)$/;

/**
 * Why a command cannot be carried to a host, or `undefined`. Shell text has no way to write NUL, and some variable names
 * would change the shell instead of the command.
 */
export function unsendable(command: Command): string | undefined {
  const env = Object.entries(command.env ?? {});
  const variables = 'script' in command ? Object.entries(command.variables ?? {}) : [];
  for (const [name] of [...env, ...variables]) {
    if (!namePattern.test(name)) return `${JSON.stringify(name)} is not a variable name`;
    if (reservedNames.test(name)) return `the variable ${name} may not be set`;
  }
  const texts = [...env, ...variables].map(([, value]) => reveal(value));
  if (command.stdin !== undefined) texts.push(reveal(command.stdin));
  if ('argv' in command) {
    if (command.argv[0] === '' || command.argv[0].startsWith('-')) {
      return `${JSON.stringify(command.argv[0])} is not a program's name`;
    }
    texts.push(...command.argv);
  } else {
    texts.push(command.script);
  }
  return texts.some((text) => text.includes('\0')) ? 'a NUL byte cannot be sent to a shell' : undefined;
}

/**
 * A command as POSIX shell text, every datum quoted. It must run in a subshell of its own: it may end or replace that
 * shell. Secrets are clear text in it, so it travels on a shell's stdin only, never in an exec string.
 */
export function renderCommand(command: Command): string {
  const exports = Object.entries(command.env ?? {}).map(([name, value]) => `export ${name}=${word(reveal(value))}\n`);
  // `exec` finds programs only: `echo` is then /bin/echo and not the shell's own, whose backslashes differ.
  const whole =
    'argv' in command
      ? `${exports.join('')}exec ${command.argv.map(word).join(' ')}`
      : `${exports.join('')}${assignments(command.variables)}${command.script}`;
  if (command.stdin === undefined) return whole;
  // printf is a builtin of dash, BusyBox ash and bash: the data never stand in a process's argv. The quoted eval keeps
  // a script's unbalanced braces inside it.
  const body = 'argv' in command ? whole : `eval ${quote(whole)}`;
  return `printf %s ${quote(reveal(command.stdin))} | {\n${body}\n}`;
}

/** A command for the plan's reader: secrets are `***`, long or multi-line stdin is `<<(123 bytes)`. Not for running. */
export function displayCommand(command: Command): string {
  const env = Object.entries(command.env ?? {}).map(([name, value]) => `${name}=${shown(value)} `);
  const stdin = command.stdin === undefined ? '' : ` ${shownStdin(command.stdin)}`;
  if ('argv' in command) return `${env.join('')}${command.argv.map(shown).join(' ')}${stdin}`;
  const variables = Object.entries(command.variables ?? {}).map(([name, value]) => `${name}=${shown(value)}\n`);
  const script = command.script.replace(/\n+$/, '');
  if (env.length === 0 && stdin === '') return `${variables.join('')}${script}`;
  return `${env.join('')}sh -c ${shown(`${variables.join('')}${script}`)}${stdin}`;
}

function assignments(variables: { readonly [name: string]: string } | undefined): string {
  return Object.entries(variables ?? {})
    .map(([name, value]) => `${name}=${word(value)}\n`)
    .join('');
}

function reveal(value: string | Secret): string {
  return value instanceof Secret ? value.reveal() : value;
}

function shown(value: string | Secret): string {
  return value instanceof Secret ? '***' : word(value);
}

function shownStdin(stdin: string | Secret): string {
  if (stdin instanceof Secret) return '<<(***)';
  if (stdin.length <= 40 && !/[\n\r]/.test(stdin)) return `<<< ${shown(stdin)}`;
  return `<<(${new TextEncoder().encode(stdin).length} bytes)`;
}
