import { defineAction, irreversible, nothing, undo } from '../../src/model/action.ts';
import type { Pack } from '../../src/model/pack.ts';
import { defineProbe, type Inspector, unreadable } from '../../src/model/probe.ts';
import type { Resource } from '../../src/model/resource.ts';
import type { TypeOf } from '../../src/model/schema.ts';

/**
 * A pack about notes: small files in one folder of the host. `note.value` says what stands in a note; the action
 * `note.value` writes one and can foresee the probe, `note.blind` writes one and cannot.
 */

const note = {
  type: 'object',
  properties: { folder: { type: 'string', pattern: '^/' }, name: { type: 'string', pattern: '^[a-z]+$' } },
  required: ['folder', 'name'],
} as const;
const wanted = {
  type: 'object',
  properties: { ...note.properties, value: { type: 'string' } },
  required: ['folder', 'name', 'value'],
} as const;

type Wanted = TypeOf<typeof wanted>;

interface NoteState {
  readonly text: string;
  readonly exists: boolean;
}
interface NoteChange {
  readonly path: string;
  readonly from: string;
  readonly to: string;
}

const readNote = (folder: string, name: string) =>
  ({
    script: 'if [ -e "$p" ]; then echo yes; cat "$p"; else echo no; fi',
    variables: { p: `${folder}/${name}` },
  }) as const;

function parse(stdout: string): NoteState {
  return stdout.startsWith('yes\n') ? { exists: true, text: stdout.slice(4) } : { exists: false, text: '' };
}

const valueProbe = defineProbe({
  name: 'note.value',
  summary: 'What stands in a note.',
  params: note,
  result: {
    type: 'object',
    properties: { exists: { type: 'boolean' }, text: { type: 'string' } },
    required: ['exists', 'text'],
  },
  reads: ({ folder, name }) => [`note:${folder}/${name}`],
  read: async (host, { folder, name }) => {
    const answer = await host.run(readNote(folder, name));
    return answer.rc === 0 ? parse(answer.stdout) : unreadable(answer.stderr.trim());
  },
});

/** Reads everything, as a request to a service does. */
const sumProbe = defineProbe({
  name: 'note.all',
  summary: 'All notes of a folder, one after the other.',
  params: { type: 'object', properties: { folder: { type: 'string' } }, required: ['folder'] },
  result: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
  read: async (host, { folder }) => ({
    text: (await host.run({ script: 'cat "$d"/* 2>/dev/null || true', variables: { d: folder } })).stdout,
  }),
});

const neverProbe = defineProbe({
  name: 'note.secretive',
  summary: 'Can never be read.',
  params: { type: 'object', properties: {} },
  result: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
  reads: () => [],
  read: async () => unreadable('needs root'),
});

/** What all actions on a note share. */
const onNotes = {
  params: wanted,
  touches: (change: NoteChange): readonly Resource[] => [`note:${change.path}`],
  diff: (state: NoteState, { folder, name, value }: Wanted): NoteChange | undefined =>
    state.exists && state.text === value ? undefined : { path: `${folder}/${name}`, from: state.text, to: value },
};

/** They look at their note first. */
const looking = {
  ...onNotes,
  reads: ({ folder, name }: Wanted): readonly Resource[] => [`note:${folder}/${name}`],
  inspect: async (host: Inspector, { folder, name }: Wanted): Promise<NoteState> =>
    parse((await host.run(readNote(folder, name))).stdout),
  describe: (change: NoteChange) => `${change.path.split('/').at(-1)}: "${change.from}" → "${change.to}"`,
};

/** They take it that there is no such note, and leave it there when taken back. */
const unseeing = {
  ...onNotes,
  inspect: async (): Promise<NoteState> => ({ exists: false, text: '' }),
  describe: (change: NoteChange) => change.to,
  rollback: undo<NoteState, NoteChange>(() => [{ argv: ['true'] }]),
};

function valueAction(name: string, foresees: boolean) {
  return defineAction({
    ...looking,
    name,
    summary: 'A note says this.',
    ...(foresees
      ? {
          predict: (change: NoteChange, probe: { name: string; params: unknown }) =>
            probe.name === 'note.value' ? { exists: true, text: change.to } : undefined,
        }
      : {}),
    apply: (change) => [{ script: 'cat > "$p"', variables: { p: change.path }, stdin: change.to }],
    rollback: undo((change: NoteChange, before: NoteState) => [
      before.exists
        ? { script: 'cat > "$p"', variables: { p: change.path }, stdin: before.text }
        : { argv: ['rm', '-f', change.path] },
    ]),
  });
}

/** Says done and does nothing. */
const idle = defineAction({
  ...unseeing,
  name: 'note.idle',
  summary: 'Claims to write a note.',
  apply: () => [{ argv: ['true'] }],
});

/** Writes its note at once, and then takes its time. */
const slow = defineAction({
  ...unseeing,
  name: 'note.slow',
  summary: 'A note says this, after a while.',
  apply: (change) => [{ script: 'cat > "$p"; exec sleep 20', variables: { p: change.path }, stdin: change.to }],
});

/** A note that is written only by whoever holds the folder's `lock`; while that file is there, somebody else does. */
function lockedAction(name: string, looks: boolean) {
  const write = (text: string, change: NoteChange, more: string) => ({
    script: `[ ! -e "$lock" ] || { echo locked >&2; exit 75; }; ${more}`,
    variables: { lock: change.path.replace(/[^/]*$/, 'lock'), p: change.path },
    stdin: text,
  });
  return defineAction({
    ...looking,
    name,
    summary: 'A note says this; written under a lock.',
    apply: (change) => [write(change.to, change, 'cat >> "$p"')],
    nothingDone: ({ rc }) => (rc === 75 ? 'somebody writes' : undefined),
    ...(looks
      ? {
          busy: async (host: Inspector, change: NoteChange) => {
            const variables = { lock: change.path.replace(/[^/]*$/, 'lock') };
            const { stdout } = await host.run({ script: 'cat "$lock" 2>/dev/null', variables });
            return stdout === '' ? undefined : `${stdout} writes`;
          },
        }
      : {}),
    rollback: undo((change: NoteChange) => [write('', change, 'rm -f "$p"')]),
  });
}

/** While the fix runs, somebody else takes the lock. */
const taken = defineAction({
  name: 'note.taken',
  summary: 'The lock is taken.',
  params: { type: 'object', properties: { folder: { type: 'string' } }, required: ['folder'] },
  touches: (): readonly [] => [],
  inspect: async (): Promise<boolean> => false,
  diff: (_state: boolean, { folder }): string | undefined => folder,
  describe: () => 'the lock is taken',
  apply: (folder) => [{ script: 'printf dnf > "$p"', variables: { p: `${folder}/lock` } }],
  converges: false,
  rollback: nothing('somebody else has it'),
});

/**
 * Adds to its note, each time; nobody can see afterwards whether it did. Fails while there is a file of its
 * name and `.no`.
 */
const added = defineAction({
  ...onNotes,
  name: 'note.added',
  summary: 'A note says this, too.',
  inspect: async (): Promise<NoteState> => ({ exists: false, text: '' }),
  describe: (change) => `add ${change.to}`,
  apply: (change) => [
    { script: '[ ! -e "$p.no" ] || exit 1; cat >> "$p"', variables: { p: change.path }, stdin: change.to },
  ],
  converges: false,
  rollback: irreversible('give rollback:'),
});

/** Writes its note, and leaves it to its step how that is taken back. */
const sealed = defineAction({
  ...looking,
  name: 'note.sealed',
  summary: 'A note says this, for good.',
  apply: (change) => [{ script: 'cat > "$p"', variables: { p: change.path }, stdin: change.to }],
  rollback: irreversible('give rollback:'),
});

/** Writes its note after its step's deadline, and must not be ended before. */
const commit = defineAction({
  ...unseeing,
  name: 'note.commit',
  summary: 'A note says this, after a commit.',
  apply: (change) => [
    {
      script: ': > "$p.begun"; sleep 2; cat > "$p.whole"; mv "$p.whole" "$p"',
      variables: { p: change.path },
      stdin: change.to,
      unkillable: true,
    },
  ],
});

export const notesPack: Pack = {
  name: 'notes',
  probes: [valueProbe, sumProbe, neverProbe],
  actions: [
    valueAction('note.value', true),
    valueAction('note.blind', false),
    idle,
    slow,
    lockedAction('note.locked', false),
    lockedAction('note.watched', true),
    taken,
    added,
    sealed,
    commit,
  ],
};
