import { createHash } from 'node:crypto';
import type { Command } from '../model/command.ts';
import type { Json, JsonObject } from '../model/json.ts';
import type { StepRollback } from '../model/runbook.ts';
import { secretsIn } from '../model/secret.ts';
import type { DeadUndo, GuardedFile, GuardedScript } from '../shell/dead-man.ts';
import { unsendable } from '../shell/render.ts';
import { fixParts } from './fix-parts.ts';
import type { DueChange } from './inspect-calls.ts';
import { plainJson } from './plain-json.ts';

/** A change of a risky fix, and where it begins: the marker of its script, and its first command there. */
export interface Covered {
  readonly due: DueChange;
  readonly marker: string;
  readonly from: number;
}

/** Where the changes of one script begin. */
export function coverage(changes: readonly DueChange[], marker: string): readonly Covered[] {
  let from = 0;
  return fixParts(changes).flatMap(({ changes: together, requests }) => {
    const covered = together.map((due) => ({ due, marker, from }));
    from += requests.reduce((sum, { commands }) => sum + commands.length, 0);
    return covered;
  });
}

/** A script of a fix as its host has to know it before it may end it. */
export function guardedScript(changes: readonly DueChange[], marker: string): GuardedScript {
  const commands = fixParts(changes).flatMap(({ requests }) => requests.flatMap((part) => part.commands));
  return { marker, unkillable: commands.findLastIndex(({ unkillable }) => unkillable === true) + 1 };
}

/**
 * What a host would do by itself, in order: the author's calls, the actions' own undos from the last change back, then what is to be
 * done once more after them. As takeBack does it.
 */
export function undosOf(
  calls: readonly DueChange[],
  covered: readonly Covered[],
  scripts: readonly GuardedScript[],
): readonly DeadUndo[] {
  const reversed = [...covered].reverse();
  const own = (kind: 'undo' | 'again'): readonly DeadUndo[] =>
    reversed
      .filter(({ due }) => due.action.rollback.kind === kind)
      .map((entry) => ({ kind: 'undo', commands: undoCommands(entry.due), ...beginOf(entry, scripts) }));
  return [
    ...calls.map(
      ({ action, change }): DeadUndo => ({ kind: 'call', commands: action.apply(change), script: 0, from: 0 }),
    ),
    ...own('undo'),
    ...own('again'),
  ];
}

function beginOf({ marker, from }: Covered, scripts: readonly GuardedScript[]): Pick<DeadUndo, 'script' | 'from'> {
  return { script: scripts.findIndex((each) => each.marker === marker), from };
}

/** Files that the undos of these changes write, where an action shows the text by the name of the file. */
export function filesOf(covered: readonly Covered[], scripts: readonly GuardedScript[]): readonly GuardedFile[] {
  const files = new Map<string, GuardedFile>();
  for (const entry of covered) {
    const { action, change, touches } = entry.due;
    if (action.rollback.kind !== 'undo') continue;
    for (const { label: path, before, after } of action.contents(change)) {
      if (!touches.includes(`file:${path}`)) continue;
      const { sums = [], changes = [] } = files.get(path) ?? {};
      const both = [before, after].map((text) => createHash('sha256').update(text).digest('hex'));
      files.set(path, {
        path,
        sums: [...new Set([...sums, ...both])],
        changes: [...changes, beginOf(entry, scripts)],
      });
    }
  }
  return [...files.values()];
}

/** The same for hosts that answer by labels: which action is asked for what. */
export function labelledUndos(calls: readonly DueChange[], covered: readonly Covered[]): readonly Json[] {
  const label = (kind: string, { action, change, before }: DueChange): JsonObject => ({
    kind,
    name: action.name,
    params: { change: plainJson(change), before: plainJson(before) },
  });
  const reversed = [...covered].reverse().map(({ due }) => due);
  return [
    ...calls.map((due) => label('apply', due)),
    ...reversed.filter(({ action }) => action.rollback.kind === 'undo').map((due) => label('undo', due)),
  ];
}

function undoCommands({ action, change, before }: DueChange): readonly Command[] {
  const { rollback } = action;
  if (rollback.kind === 'undo') return rollback.undo(change, before);
  return rollback.kind === 'again' ? action.apply(change) : [];
}

/** Why a host could not take these changes back by itself; `undefined`: it can. */
export function cannotGuard(
  changes: readonly DueChange[],
  rollback: StepRollback['kind'],
  calls: readonly DueChange[],
): string | undefined {
  const users = [...new Set([...changes, ...calls].map(({ become }) => become))];
  if (users.length > 1) {
    const names = users.map((user) => (user === false ? 'the login' : user)).join(' and ');
    return `a risky fix and its rollback run as one user, and these run as ${names}`;
  }
  for (const due of changes) {
    const { action, change } = due;
    if (action.rollback.kind === 'irreversible' && rollback !== 'calls') {
      return `risky: ${action.describe(change)} cannot be undone (${action.rollback.why})`;
    }
    if (secretsIn([change, due.before]).length > 0) return holdsSecret(action.describe(change));
  }
  for (const due of [...changes, ...calls]) {
    const commands = calls.includes(due) ? due.action.apply(due.change) : undoCommands(due);
    if (commands.some(hasSecret)) return holdsSecret(due.action.describe(due.change));
    const unfit = commands.map(unsendable).find((problem) => problem !== undefined);
    if (unfit !== undefined) return `risky: the undo of ${due.action.describe(due.change)}: ${unfit}`;
  }
  return undefined;
}

function holdsSecret(summary: string): string {
  return `risky: a secret is part of ${summary}, and what a host does by itself lies on its disk until then`;
}

function hasSecret({ env = {}, stdin }: Command): boolean {
  return secretsIn([...Object.values(env), stdin]).length > 0;
}
