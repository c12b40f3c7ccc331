import { stringify } from 'yaml';
import { canonicalJson, isObject, type Json } from '../../model/json.ts';
import type { Become } from '../../model/runbook.ts';
import { safeText } from '../../model/safe-text.ts';

/** A reading as it goes into a transcript. */
export interface WrittenReading {
  readonly kind: 'probe' | 'inspect';
  readonly name: string;
  readonly params: Json;
  readonly become: Become;
  /** The host that was asked, where that is another. */
  readonly on?: string;
  readonly commands: readonly string[];
  readonly value?: Json;
  readonly unknown?: string;
}

const longestCommand = 1000;

/**
 * What a host answered, as YAML that people can read and `mendgate test` can use: each question once, by kind, name, params,
 * become, and the host that was asked.
 */
export function writeRecording(
  about: { readonly [name: string]: Json },
  readings: readonly WrittenReading[],
): { readonly transcript: string; readonly readings: number } {
  const distinct = new Map<string, WrittenReading>();
  for (const reading of readings) {
    const key = canonicalJson([reading.kind, reading.name, reading.params, reading.become, reading.on ?? null]);
    if (!distinct.has(key)) distinct.set(key, reading);
  }
  const head = [
    `# What ${String(about['host'])} answered when ${String(about['runbook'])} looked at it: nothing was changed there.`,
    '# Answers for test cases (host: { recording: THIS FILE }). Read it before you share it: it shows a real host.',
  ];
  const whole = { recording: 1, ...about, readings: [...distinct.values()].map(written) };
  const yaml = stringify(printable(whole), { lineWidth: 0, aliasDuplicateObjects: false, blockQuote: 'literal' });
  return { transcript: `${head.map(safeLineOf).join('\n')}\n${yaml}`, readings: distinct.size };
}

function written({ kind, name, params, become, on, commands, value, unknown }: WrittenReading) {
  return {
    [kind]: name,
    ...(isObject(params) && Object.keys(params).length === 0 ? {} : { params }),
    ...(become === false ? {} : { become }),
    ...(on === undefined ? {} : { on }),
    ...(commands.length === 0 ? {} : { commands: [...new Set(commands)].map(clippedCommand) }),
    ...(unknown === undefined ? { [kind === 'probe' ? 'result' : 'state']: value ?? null } : { unknown }),
  };
}

function clippedCommand(command: string): string {
  return command.length <= longestCommand ? command : `${command.slice(0, longestCommand)}…`;
}

/** YAML files of ours hold no control characters, and text from a host may. */
function printable(value: unknown): unknown {
  if (typeof value === 'string') return safeText(value);
  if (Array.isArray(value)) return value.map(printable);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [safeText(name), printable(member)]));
}

function safeLineOf(line: string): string {
  return safeText(line).replaceAll('\n', ' ');
}
