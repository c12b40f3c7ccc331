import type { Action, ContentDiff, Rollback } from '../../model/action.ts';
import type { Command } from '../../model/command.ts';
import { canonicalJson, isObject, type Json } from '../../model/json.ts';
import { unreadable } from '../../model/probe.ts';
import type { Resource } from '../../model/resource.ts';
import type { ObjectSchema } from '../../model/schema.ts';
import { Unknown } from '../../model/unknown.ts';
import { converse, type Program } from './converse.ts';
import { readCommands } from './read-commands.ts';

interface DescribedAction {
  readonly name: string;
  readonly summary: string;
  readonly params: ObjectSchema;
  readonly reads: (params: unknown) => readonly Resource[];
  readonly rollback: 'undo' | Exclude<Rollback<never, never>, { kind: 'undo' | 'again' }>;
}

/** What a program saw and decided at once. */
interface Seen {
  readonly state: Json;
  readonly change: Due | null;
}

/** A change with all that is needed to make it and to take it back: no program is asked in the middle of a fix. */
interface Due {
  readonly summary: string;
  readonly touches: readonly Resource[];
  readonly apply: readonly Command[];
  readonly undo: readonly Command[];
  readonly contents: readonly ContentDiff[];
}

/** An action whose looking and deciding is done by a program; carried out by mendgate alone. */
export function executableAction(program: Program, described: DescribedAction): Action {
  const { name, summary, params, reads, rollback } = described;
  return {
    name,
    summary,
    params,
    converges: true,
    reads,
    touches: (change) => dueOf(change).touches,
    inspect: async (host, given) => {
      const reply = await converse(program, { ask: 'action', name, params: given }, host);
      if (reply instanceof Unknown) return reply;
      const seen = readSeen(reply, rollback === 'undo');
      return typeof seen === 'string' ? unreadable(`${name} is broken: ${seen}`) : seen;
    },
    diff: (state) => (isObject(state) ? ((state as { readonly change?: Json | null }).change ?? undefined) : undefined),
    diffAfter: undefined,
    describe: (change) => dueOf(change).summary,
    contents: (change) => dueOf(change).contents,
    predicts: false,
    predict: () => undefined,
    apply: (change) => dueOf(change).apply,
    merge: (changes) => changes,
    shared: undefined,
    nothingDone: () => undefined,
    busy: undefined,
    rollback: rollback === 'undo' ? { kind: 'undo', undo: (change) => dueOf(change).undo } : rollback,
    rebase: undefined,
    same: (before, now) => canonicalJson(seenOf(before).state) === canonicalJson(seenOf(now).state),
  };
}

/** The engine gives back what `inspect` and `diff` gave it, maybe by way of a journal. */
function seenOf(state: Json): Seen {
  return state as unknown as Seen;
}
function dueOf(change: Json): Due {
  return change as unknown as Due;
}

/** `{ state, change }` of a reply; `change` is null when all is as wanted. */
function readSeen(reply: Readonly<Record<string, unknown>>, undoable: boolean): Seen | string {
  if (!('state' in reply) || !('change' in reply)) return 'it replied with neither commands nor state and change';
  // It came as JSON.
  const state = reply['state'] as Json;
  const { change } = reply;
  if (change === null) return { state, change: null };
  if (!isObject(change)) return '`change` must be null or an object';
  const due = readDue(change, undoable);
  return typeof due === 'string' ? `change: ${due}` : { state, change: due };
}

const members: readonly string[] = ['summary', 'touches', 'apply', 'undo', 'contents'];

function readDue(change: Readonly<Record<string, unknown>>, undoable: boolean): Due | string {
  const strange = Object.keys(change).find((key) => !members.includes(key));
  if (strange !== undefined) return `it has no \`${strange}\``;
  const { summary, touches = ['*'], contents = [] } = change;
  if (typeof summary !== 'string' || summary === '' || summary.includes('\n'))
    return '`summary` must be one line of text';
  if (!isTexts(touches)) return '`touches` must be a list of resources';
  if (!isContents(contents)) return '`contents` must be a list of { label, before, after }';
  const apply = readCommands(change['apply']);
  if (typeof apply === 'string') return `apply: ${apply}`;
  if (apply.length === 0) return '`apply` is empty';
  if (undoable === (change['undo'] === undefined)) {
    return undoable
      ? '`undo` is missing, the commands that take it back'
      : '`undo` is there, and its rollback is declared otherwise';
  }
  const undo = readCommands(change['undo'] ?? []);
  return typeof undo === 'string' ? `undo: ${undo}` : { summary, touches, apply, undo, contents };
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
}

function isContents(value: unknown): value is readonly ContentDiff[] {
  return (
    Array.isArray(value) &&
    value.every(
      (entry) => isObject(entry) && ['label', 'before', 'after'].every((key) => typeof entry[key] === 'string'),
    )
  );
}
