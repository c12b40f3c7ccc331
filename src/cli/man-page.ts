import type { Command, Option } from 'commander';
import { isHidden } from './complete.ts';

/** mendgate(1), from the command tree itself; for `npm run docs`. */
export function manPage(program: Command): string {
  const commands = program.commands.filter((command) => !isHidden(command));
  const version = program.version() ?? '';
  return [
    `.TH MENDGATE 1 "" ${quoted(`mendgate ${version}`)} "User Commands"`,
    '.SH NAME',
    'mendgate \\- gated, provable, reversible runbooks over SSH',
    '.SH SYNOPSIS',
    '.B mendgate',
    '.I command',
    '.RI [ options ]',
    '.SH DESCRIPTION',
    text(program.description()),
    '.SH COMMANDS',
    ...commands.flatMap((command) => commandPart(command, 'mendgate')),
    ...section('EXIT STATUS', exitCodes),
    ...section('ENVIRONMENT', environment),
    ...section('FILES', fileNames),
    '',
  ].join('\n');
}

function commandPart(command: Command, above: string): readonly string[] {
  const name = `${above} ${command.name()}`;
  const inner = command.commands.flatMap((each) => commandPart(each, name));
  if (inner.length > 0) return inner;
  const args = command.registeredArguments.map((argument) => {
    const dots = argument.variadic ? '...' : '';
    return argument.required ? `<${argument.name()}>${dots}` : `[${argument.name()}]${dots}`;
  });
  const described = command.registeredArguments.filter(({ description }) => description !== '');
  return [
    `.SS ${quoted([name, ...args].join(' '))}`,
    text(sentence(command.description())),
    ...described.flatMap((argument) => item(argument.name(), argument.description)),
    ...command.options.filter(({ hidden }) => !hidden).flatMap(optionPart),
  ];
}

function optionPart(option: Option): readonly string[] {
  const { flags, description, argChoices, defaultValue } = option;
  const choices = argChoices === undefined ? '' : ` One of ${argChoices.join(', ')}.`;
  const shown = typeof defaultValue === 'string' || (typeof defaultValue === 'number' && defaultValue !== 0);
  return item(flags, `${sentence(description)}${choices}${shown ? ` Default: ${String(defaultValue)}.` : ''}`);
}

function section(title: string, rows: readonly (readonly [string, string])[]): readonly string[] {
  return [`.SH ${quoted(title)}`, ...rows.flatMap(([name, meaning]) => item(name, meaning))];
}

function item(name: string, meaning: string): readonly string[] {
  return ['.TP', `.B ${quoted(name)}`, text(meaning === '' ? '\u00a0' : meaning)];
}

function sentence(words: string): string {
  return words === '' ? '' : `${words.charAt(0).toUpperCase()}${words.slice(1)}${/[.!?]$/.test(words) ? '' : '.'}`;
}

/** A line of text that roff takes as text, whatever it begins with. */
function text(words: string): string {
  const line = escaped(words.replace(/\s*\n\s*/g, ' '));
  return /^[.']/.test(line) ? `\\&${line}` : line;
}

function quoted(words: string): string {
  return `"${escaped(words).replaceAll('"', '\\(dq')}"`;
}

function escaped(words: string): string {
  return words
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll("'", '\\(aq')
    .replaceAll('^', '\\(ha')
    .replaceAll('~', '\\(ti')
    .replaceAll('`', '\\(ga')
    .replaceAll('…', '...')
    .replaceAll('’', '\\(cq')
    .replaceAll('–', '\\(en');
}

const exitCodes = [
  ['0', 'Every host is healthy, fixed, or not concerned; in a dry run: would be fixed.'],
  ['2', 'Some host failed, was not fixed or was rolled back; a dry run that could not decide.'],
  ['3', 'Only with --detailed-exitcode: a dry run with changes pending.'],
  ['4', 'Hosts were unreachable, nothing else is wrong.'],
  ['5', 'Refused: not approved, locked, or not what it was when the plan was made.'],
  ['6', 'Both 2 and 4.'],
  ['7', 'It cannot be told how a fix ended, or an undo failed: somebody must look.'],
  ['64, 65, 66', 'Usage; an invalid runbook or inventory; no host matched. Nothing was touched.'],
  ['70, 74, 130', 'A bug in mendgate; the journal could not be written; interrupted.'],
] as const;

const environment = [
  ['MENDGATE_CONFIG', 'A file of settings, in place of ./mendgate.yaml.'],
  ['MENDGATE_FORKS, MENDGATE_INVENTORY, ...', 'Settings by name; mendgate config show lists them all.'],
  ['NO_COLOR, FORCE_COLOR', 'Never, or always, in colour.'],
  ['XDG_STATE_HOME, XDG_CONFIG_HOME', 'Where runs are kept, and where settings lie.'],
] as const;

const fileNames = [
  ['mendgate.yaml', 'Settings of this folder.'],
  ['~/.config/mendgate/mendgate.yaml', 'Settings of this user.'],
  ['~/.local/state/mendgate/runs/', 'The journal of every run.'],
  ['~/.ssh/config, ~/.ssh/known_hosts', 'How hosts are reached, and by which keys they are known.'],
] as const;
