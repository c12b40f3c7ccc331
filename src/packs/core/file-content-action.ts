import { dirname } from 'node:path/posix';
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
import { leftByOthers } from './left-by-others.ts';
import { absolutePath, accountName, octalMode } from './params.ts';

export default defineAction({
  name: 'file.content',
  summary: 'A file holds exactly this text, with this owner and mode.',
  params: {
    type: 'object',
    properties: {
      path: { ...absolutePath, description: 'Absolute path of a regular file; a symbolic link is refused' },
      content: { type: 'string', secret: true, description: 'The whole text; of a secret one no difference is shown' },
      mode: { ...octalMode, description: 'Mode, as in "0644"; default: unchanged, a new file gets 0644' },
      owner: { ...accountName, description: 'Owner; default: unchanged' },
      group: { ...accountName, description: 'Group; default: unchanged' },
      make_directory: {
        type: 'boolean',
        default: false,
        description: 'Make the directory (mode 0755) when it alone is missing',
      },
    },
    required: ['path', 'content'],
  },
  reads: ({ path }) => [`file:${path}`],
  touches: ({ path, creates }) => (creates ? [`file:${path}`, `file:${dirname(path)}`] : [`file:${path}`]),
  async inspect(host, { path, content, make_directory }) {
    const state = await inspectFile(host, path, content);
    if (state instanceof Unknown || state.exists || state.parent || make_directory) return state;
    return unreadable(`${path}: its directory does not exist; say make_directory: true to make it`);
  },
  diff: (state: FileState, params): FileChange | undefined => diffFile(state, params),
  describe: describeFile,
  contents: fileContents,
  predict: predictFile,
  apply: applyFile,
  rollback: undo(undoFile),
  // A text that others changed stays different from both: an undo is refused, a rollback in the run puts the old one back.
  rebase(before: FileState, now: FileState, params): FileState {
    if (before.exists && now.exists) return leftByOthers(before, now, params);
    return before.exists || now.exists ? before : now;
  },
});
