import { assertNever } from '../../model/assert-never.ts';
import { Secret } from '../../model/secret.ts';
import type { Value } from '../../model/value.ts';
import type { Vault } from '../../model/vault.ts';
import { type Alias, connectAlias, hiddenSetting, isPassword } from './connect-aliases.ts';
import type { Scope } from './draft.ts';
import { openValue } from './open-value.ts';
import type { Findings, Place } from './place.ts';

const reserved: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** A variable as one place gives it. */
interface GivenVar {
  readonly name: string;
  readonly value: Value;
  readonly place: Place;
}

/**
 * Takes one Ansible variable into a scope: connection variables become settings, what cannot be read here (vault without its
 * password, Jinja templates) is left out with a warning, everything else is a plain var.
 */
export function setVar(scope: Scope, { name, value: given, place }: GivenVar, findings: Findings, vault?: Vault): void {
  if (reserved.has(name)) {
    findings.error(place, 'inventory/reserved-name', { message: `\`${name}\` cannot name a variable` });
    return;
  }
  const opened = openValue(given, vault, place.source.sealed === true);
  if ('unreadable' in opened) {
    const { code, severity, message, help } = opened.unreadable;
    leaveOut(scope, name);
    findings[severity](place, code, {
      message: `${name} is left out: ${message}`,
      ...(help === undefined ? {} : { help }),
    });
    return;
  }
  const { value } = opened;
  const alias = aliasOf(name, value, place, findings);
  if (alias === undefined) {
    scope.vars.set(name, value);
    scope.files.set(name, place.source.file);
    return;
  }
  switch (alias.kind) {
    case 'connect':
      scope.connect = { ...scope.connect, ...alias.settings };
      return;
    case 'priority':
      scope.priority = alias.priority;
      return;
    case 'unsupported':
      findings.warning(place, 'inventory/not-supported', alias.problem);
      return;
    case 'wrong':
      findings.error(place, 'inventory/wrong-value', alias.problem);
      return;
    case 'ignored':
      return;
    default:
      assertNever(alias);
  }
}

function leaveOut(scope: Scope, name: string): void {
  const hidden = hiddenSetting(name);
  if (hidden) scope.connect = { ...scope.connect, ...hidden };
  else scope.vars.set(name, undefined);
}

/** A setting has to be used in the clear, and is shown; only passwords stay secret. */
function aliasOf(name: string, value: Value, place: Place, findings: Findings): Alias | undefined {
  if (!(value instanceof Secret)) return connectAlias(name, value);
  const alias = connectAlias(name, value.reveal());
  if (alias === undefined || alias.kind === 'ignored' || isPassword(name)) return alias;
  if (alias.kind === 'connect' || alias.kind === 'priority') {
    findings.warning(place, 'inventory/vault-in-the-clear', {
      message: `${name} is encrypted, and yet it is used and shown in the clear: it says how a host is reached`,
      help: 'only variables and passwords stay secret; take it out of the vault',
    });
    return alias;
  }
  // Its own words would quote the value.
  return { ...alias, problem: { message: `${name}: what was encrypted cannot be used here` } };
}
