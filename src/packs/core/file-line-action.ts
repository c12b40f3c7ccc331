import { defineAction, undo } from '../../model/action.ts';
import { unreadable } from '../../model/probe.ts';
import { Unknown } from '../../model/unknown.ts';
import {
  applyFile,
  describeFile,
  diffFile,
  type FileChange,
  fileContents,
  predictFile,
  undoFile,
} from './file-change.ts';
import { type FileState, inspectFile } from './file-state.ts';
import { countStarting, editLine, takeEditBack } from './line-edit.ts';
import { absolutePath } from './params.ts';

const oneLine = { type: 'string', pattern: '^[^\\u0000\\n\\r]*$', minLength: 1 } as const;

export default defineAction({
  name: 'file.line',
  summary: 'A text file has this line, or has it not; every other line stays.',
  params: {
    type: 'object',
    properties: {
      path: { ...absolutePath, description: 'Absolute path of a regular text file' },
      line: { ...oneLine, description: 'The whole line' },
      starts_with: {
        ...oneLine,
        description: 'The line it replaces (or, with state: absent, the lines that go) starts with exactly this text',
      },
      state: {
        type: 'string',
        enum: ['present', 'absent'],
        default: 'present',
        description: 'Whether it shall be there',
      },
      create: { type: 'boolean', default: false, description: 'Make the file (mode 0644) when it is missing' },
    },
    required: ['path', 'line'],
  },
  reads: ({ path }) => [`file:${path}`],
  touches: ({ path }) => [`file:${path}`],
  async inspect(host, { path, line, starts_with, state: wanted, create }) {
    const state = await inspectFile(host, path);
    if (state instanceof Unknown || wanted === 'absent') return notText(state, path);
    if (!state.exists) {
      if (!create) return unreadable(`${path} does not exist; say create: true to make it`);
      return state.parent ? state : unreadable(`${path}: its directory does not exist`);
    }
    const matches =
      typeof state.text === 'string' && starts_with !== undefined ? countStarting(state.text, starts_with) : 0;
    if (matches > 1 && !`\n${state.text}\n`.includes(`\n${line}\n`)) {
      return unreadable(`${path}: ${matches} lines start with ${JSON.stringify(starts_with)}; make starts_with longer`);
    }
    return notText(state, path);
  },
  diff(state: FileState, params): FileChange | undefined {
    if (!state.exists && params.state === 'absent') return undefined;
    return diffFile(state, { path: params.path, content: editLine(textOf(state), params) });
  },
  describe: describeFile,
  contents: fileContents,
  predict: predictFile,
  apply: applyFile,
  rollback: undo(undoFile),
  rebase(before: FileState, now: FileState, params): FileState | undefined {
    if (!now.exists) return before.exists ? undefined : now;
    const old = textOf(before);
    const text = textOf(now);
    if (!before.exists && text === editLine(old, params)) return before;
    const back = takeEditBack(old, text, params);
    return back === undefined ? undefined : { ...now, text: back };
  },
});

function textOf({ text }: FileState): string {
  return typeof text === 'string' ? text : '';
}

function notText(state: FileState | Unknown, path: string): FileState | Unknown {
  if (state instanceof Unknown || state.octal === undefined) return state;
  return unreadable(`${path} is not text: it holds NUL or is not UTF-8`);
}
