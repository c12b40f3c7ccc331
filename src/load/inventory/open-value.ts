import { Secret } from '../../model/secret.ts';
import type { Value } from '../../model/value.ts';
import { type Vault, vaultHeader } from '../../model/vault.ts';
import type { Source } from '../source.ts';
import { unsafeMark } from './ansible-value.ts';
import { type Findings, fileStart, type Problem } from './place.ts';

/** Why a value, or part of it, cannot be read. An error where somebody meant it to be read. */
export interface Unreadable extends Problem {
  readonly code: 'inventory/vault' | 'inventory/template';
  readonly severity: 'error' | 'warning';
}

type Opened = { readonly value: Value } | { readonly unreadable: Unreadable };

/**
 * A variable's value with what was encrypted in it opened, as secrets. `sealed`: all of its file was encrypted, so that every
 * text and number in it is a secret.
 */
export function openValue(value: Value, vault: Vault | undefined, sealed: boolean): Opened {
  if (typeof value === 'string') return openText(value, vault, sealed);
  if (typeof value === 'number') return { value: sealed ? new Secret(String(value)) : value };
  if (typeof value !== 'object' || value === null || value instanceof Secret) return { value };
  const marked = markedText(value);
  if (marked !== undefined) return marked.encrypted ? openText(marked.text, vault, sealed) : { value: marked.text };
  const parts: [string, Value][] = [];
  for (const [name, part] of Object.entries(value)) {
    const opened = openValue(part as Value, vault, sealed);
    if ('unreadable' in opened) return opened;
    parts.push([name, opened.value]);
  }
  return { value: Array.isArray(value) ? parts.map(([, part]) => part) : Object.fromEntries(parts) };
}

function openText(text: string, vault: Vault | undefined, sealed: boolean): Opened {
  if (text.startsWith(vaultHeader)) {
    const opened = openVault(text, vault);
    return opened instanceof Secret ? { value: opened } : { unreadable: opened };
  }
  if (text.includes('{{') || text.includes('{%')) return { unreadable: template };
  return { value: sealed ? new Secret(text) : text };
}

/** How Ansible's JSON writes `!vault` and `!unsafe`. */
function markedText(value: object): { readonly text: string; readonly encrypted: boolean } | undefined {
  const [first, ...more] = Object.entries(value);
  if (first === undefined || more.length > 0 || typeof first[1] !== 'string') return undefined;
  if (first[0] === '__ansible_vault') return { text: first[1], encrypted: true };
  return first[0] === unsafeMark ? { text: first[1], encrypted: false } : undefined;
}

const template: Unreadable = {
  code: 'inventory/template',
  severity: 'warning',
  message: 'it is a Jinja template, and inventory variables are plain data here',
  help: 'write the value itself',
};

function openVault(text: string, vault: Vault | undefined): Secret | Unreadable {
  const code = 'inventory/vault';
  if (vault === undefined)
    return { code, severity: 'warning', message: 'it is encrypted with ansible-vault', help: passwordHelp };
  const opened = vault.open(text);
  if (opened.kind === 'opened') return opened.secret;
  const help =
    opened.noPasswordHelps === true
      ? 'take the text from a backup, or encrypt its value anew with ansible-vault'
      : `${passwordHelp}; where that was the right one, the text is damaged`;
  return { code, severity: 'error', message: opened.why, help };
}

const passwordHelp = 'give its password with --vault-password-file FILE or --ask-vault-password';

/** A file as Ansible reads it: opened, when all of it is encrypted. `undefined`, and a finding, when it stays shut. */
export function openFile(source: Source, vault: Vault | undefined, findings: Findings): Source | undefined {
  if (!source.text.startsWith(vaultHeader)) return source;
  const opened = openVault(source.text, vault);
  if (opened instanceof Secret) return { file: source.file, text: opened.reveal(), sealed: true };
  const { code, severity, message, help } = opened;
  const problem = { message: `the file is left out: ${message}`, ...(help === undefined ? {} : { help }) };
  findings[severity](fileStart(source.file, source.text), code, problem);
  return undefined;
}
