import { defineAction, undo } from '../../model/action.ts';
import { unreadable } from '../../model/probe.ts';
import { fieldFunctions, parseFields, text } from './fields.ts';
import { setOwnerAndMode } from './file-writing.ts';
import { leftByOthers } from './left-by-others.ts';
import { absolutePath, accountName, fourDigits, octalMode } from './params.ts';
import { parseStat, statFormat } from './stat-fields.ts';
import { firstLine, whyNot } from './why-not.ts';

const script = `${fieldFunctions}
if seen=$(stat -c "$format" -- "$path" 2>&1); then printf '%s\\n' "$seen"; else printf '%s' "$seen" | hex error; fi`;

interface State {
  readonly mode: string;
  readonly uid: number;
  readonly gid: number;
  readonly owner: string;
  readonly group: string;
}
interface Change {
  readonly path: string;
  readonly mode?: string;
  readonly modeBefore: string;
  /** `USER:GROUP` or `:GROUP`. */
  readonly owner?: string;
  readonly ownerBefore: string;
}

export default defineAction({
  name: 'file.mode',
  summary: 'An existing file or directory has this mode and owner.',
  params: {
    type: 'object',
    properties: {
      path: { ...absolutePath, description: 'Absolute path; a symbolic link is refused' },
      mode: { ...octalMode, description: 'Mode, as in "0644"; default: unchanged' },
      owner: { ...accountName, description: 'Owner; default: unchanged' },
      group: { ...accountName, description: 'Group; default: unchanged' },
    },
    required: ['path'],
  },
  reads: ({ path }) => [`file:${path}`],
  touches: ({ path }) => [`file:${path}`],
  async inspect(host, { path }) {
    const answer = await host.run({ script, variables: { path, format: statFormat } });
    if (answer.rc !== 0 || answer.truncated) return unreadable(whyNot(answer, `cannot look at ${path}`));
    const fields = parseFields(answer.stdout);
    const stat = parseStat(fields);
    if (stat === undefined) {
      return unreadable(
        `cannot look at ${path}: ${firstLine(text(fields, 'error') ?? 'stat(1) of GNU or BusyBox is needed')}`,
      );
    }
    if (stat.type === 'symlink') return unreadable(`${path} is a symbolic link; name its target`);
    const { mode, uid, gid, owner, group } = stat;
    return { mode, uid, gid, owner, group };
  },
  diff(state: State, params): Change | undefined {
    const mode = params.mode === undefined ? state.mode : fourDigits(params.mode);
    const user = differs(params.owner, state.owner, state.uid);
    const group = differs(params.group, state.group, state.gid);
    if (mode === state.mode && user === undefined && group === undefined) return undefined;
    const owner = group === undefined ? user : `${user ?? ''}:${group}`;
    return {
      path: params.path,
      // chown(2) clears the set-id bits, so a mode that has them is set again.
      ...(mode === state.mode && !(owner !== undefined && /^[2-7]/.test(mode)) ? {} : { mode }),
      modeBefore: state.mode,
      ...(owner === undefined ? {} : { owner }),
      ownerBefore: `${state.owner}:${state.group}`,
    };
  },
  describe(change) {
    const mode =
      change.mode === undefined || change.mode === change.modeBefore
        ? []
        : [`mode ${change.modeBefore} → ${change.mode}`];
    const owner = change.owner === undefined ? [] : [`owner ${change.ownerBefore} → ${change.owner}`];
    return `${change.path}: ${[...mode, ...owner].join(', ')}`;
  },
  apply: ({ path, owner, mode }) => setOwnerAndMode(path, owner, mode),
  rollback: undo(({ path, owner }: Change, before: State) =>
    setOwnerAndMode(path, owner === undefined ? undefined : `${before.uid}:${before.gid}`, before.mode),
  ),
  rebase: leftByOthers<State>,
});

function differs(wanted: string | undefined, name: string, id: number): string | undefined {
  return wanted === undefined || wanted === name || wanted === String(id) ? undefined : wanted;
}
