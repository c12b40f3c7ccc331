import { assertNever } from '../../model/assert-never.ts';
import type { Value } from '../../model/value.ts';
import { connectAlias, hiddenSetting } from './connect-aliases.ts';
import type { Scope } from './draft.ts';
import type { Findings, Place } from './place.ts';

const reserved: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** A variable as one place gives it. */
interface GivenVar {
  readonly name: string;
  readonly value: Value;
  readonly place: Place;
}

/**
 * Takes one Ansible variable into a scope: connection variables become settings, what cannot be read here (vault, Jinja
 * templates) is left out with a warning, everything else is a plain var.
 */
export function setVar(scope: Scope, { name, value, place }: GivenVar, findings: Findings): void {
  if (reserved.has(name)) {
    findings.error(place, 'inventory/reserved-name', { message: `\`${name}\` cannot name a variable` });
    return;
  }
  const unreadable = whyUnreadable(value);
  if (unreadable) {
    leaveOut(scope, name);
    findings.warning(place, unreadable.code, {
      message: `${name} is left out: ${unreadable.why}`,
      help: unreadable.help,
    });
    return;
  }
  const alias = connectAlias(name, value);
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

interface Unreadable {
  readonly code: string;
  readonly why: string;
  readonly help: string;
}
const vault: Unreadable = {
  code: 'inventory/vault',
  why: 'it is encrypted with ansible-vault, which is not read yet',
  help: 'give secrets as params (`type: secret`) or passwords with -k and -K',
};
const template: Unreadable = {
  code: 'inventory/template',
  why: 'it is a Jinja template, and inventory variables are plain data here',
  help: 'write the value itself',
};

function whyUnreadable(value: Value): Unreadable | undefined {
  if (typeof value === 'string') {
    if (value.startsWith('$ANSIBLE_VAULT;')) return vault;
    return value.includes('{{') || value.includes('{%') ? template : undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  for (const part of Object.values(value)) {
    const reason = whyUnreadable(part as Value);
    if (reason) return reason;
  }
  return undefined;
}
