import { resolve } from 'node:path';
import { assertNever } from '../model/assert-never.ts';
import { splitWords } from './split-words.ts';

/** Where a secret comes from. `member`: the file is a mapping (YAML or JSON), and this name of it is meant. */
export type SecretSource =
  | { readonly kind: 'prompt' }
  | { readonly kind: 'env'; readonly name: string }
  | { readonly kind: 'command'; readonly argv: readonly string[] }
  | { readonly kind: 'file' | 'age' | 'vault'; readonly file: string; readonly member?: string };

/** The forms a source is written in, for help and errors. */
export const secretSourceForms =
  'prompt, env:NAME, file:PATH, command:PROGRAM ARG…, age:PATH, vault:PATH; a file may end in #NAME';

/** `prompt`, `env:NAME`, `command:…`, `file:PATH#name` and their like; a text that is none gives why. */
export function parseSecretSource(text: string): SecretSource | string {
  if (text === 'prompt') return { kind: 'prompt' };
  const at = text.indexOf(':');
  const [kind, rest] = at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
  switch (kind) {
    case 'env':
      return /^[A-Za-z_]\w*$/.test(rest) ? { kind, name: rest } : 'env: expects the name of a variable';
    case 'command': {
      const argv = splitWords(rest);
      if (argv === undefined) return 'command: a quote is not closed';
      return argv.length > 0 ? { kind, argv } : 'command: expects a program and its arguments';
    }
    case 'file':
    case 'age':
    case 'vault': {
      const [, file = '', member] = /^(.*?)(?:#([^#/]+))?$/s.exec(rest) ?? [];
      if (file === '') return `${kind}: expects a path`;
      return member === undefined ? { kind, file } : { kind, file, member };
    }
    default:
      // The text itself may be a secret that was typed here by mistake.
      return `expected a source: ${secretSourceForms}`;
  }
}

/** A source in words that may be kept, and hold in any folder. Of a command only its program: its arguments may be secrets themselves. */
export function sourceText(source: SecretSource): string {
  switch (source.kind) {
    case 'prompt':
      return source.kind;
    case 'env':
      return `env:${source.name}`;
    case 'command':
      return `command:${source.argv[0] ?? ''}${source.argv.length > 1 ? ' …' : ''}`;
    case 'file':
    case 'age':
    case 'vault':
      return `${source.kind}:${resolve(source.file)}${source.member === undefined ? '' : `#${source.member}`}`;
    default:
      return assertNever(source);
  }
}
