import { defineAction, undo } from '../../model/action.ts';
import { unreadable } from '../../model/probe.ts';
import type { Unknown } from '../../model/unknown.ts';
import { fieldFunctions, integer, parseFields, word } from '../core/fields.ts';
import { absolutePath } from '../core/params.ts';
import { parseStat, statFormat } from '../core/stat-fields.ts';
import { whyNot } from '../core/why-not.ts';

interface Side {
  readonly mode: string;
  readonly owner: string;
  readonly group: string;
  readonly size: number;
  readonly mtime: number;
}
interface State {
  /** The file as it is; absent when it is not there. */
  readonly plain?: Side;
  /** Its `.gz` is there. */
  readonly packed: boolean;
}
interface Change {
  readonly path: string;
  readonly size: number;
}

const script = `${fieldFunctions}
[ -r /proc/1/fd ] || { echo 'only root sees who holds it open (become: true)' >&2; exit 1; }
for program in gzip gunzip; do command -v $program >/dev/null 2>&1 || plain missing $program; done
[ -e "$path.gz" ] || [ -L "$path.gz" ] && plain packed 1
if [ -L "$path" ] || { [ -e "$path" ] && [ ! -f "$path" ]; }; then plain odd 1
elif [ -e "$path" ]; then
  stat -c "$format" -- "$path"
  plain links "$(stat -c %h -- "$path")"
  id=$(stat -c '%d %i' -- "$path")
  find -L /proc/[0-9]*/fd -maxdepth 1 -type f -exec stat -L -c '%d %i' {} + 2>/dev/null | grep -qxF "$id" && plain open 1
fi
:`;

export default defineAction({
  name: 'log.compressed',
  summary: 'A rotated log is kept as its .gz; nothing in it is lost.',
  params: {
    type: 'object',
    properties: {
      path: { ...absolutePath, description: 'The file as it is now, without .gz; nobody may have it open' },
    },
    required: ['path'],
  },
  reads: ({ path }) => [`file:${path}`, `file:${path}.gz`],
  touches: ({ path }: Change) => [`file:${path}`, `file:${path}.gz`, 'disk'],
  async inspect(host, { path }): Promise<State | Unknown> {
    const answer = await host.run({ script, variables: { path, format: statFormat } });
    if (answer.rc !== 0 || answer.truncated) return unreadable(whyNot(answer, `cannot look at ${path}`));
    const fields = parseFields(answer.stdout);
    const packed = word(fields, 'packed') === '1';
    const lacks = word(fields, 'missing');
    if (lacks !== undefined) return unreadable(`this host has no ${lacks}`);
    if (word(fields, 'odd') !== undefined) return unreadable(`${path} is no regular file`);
    const stat = parseStat(fields);
    if (stat === undefined) return packed ? { packed } : unreadable(`${path} is not there`);
    if (packed) return unreadable(`${path}.gz is there already: a person must look which of the two counts`);
    if (integer(fields, 'links') !== 1) return unreadable(`${path} has more than one name: packing one frees nothing`);
    if (word(fields, 'open') !== undefined)
      return unreadable(`${path} is open: what is still written to it would be lost`);
    const { mode, owner, group, size, mtime } = stat;
    return { plain: { mode, owner, group, size, mtime }, packed };
  },
  diff: ({ plain }: State, { path }): Change | undefined =>
    plain === undefined ? undefined : { path, size: plain.size },
  describe: ({ path, size }: Change) => `${path}: ${size} bytes → ${path}.gz`,
  // gzip keeps mode, owner and time, takes the file away only once the .gz is whole, and leaves all as it was when it is not.
  apply: ({ path }: Change) => [{ argv: ['nice', '-n', '19', 'gzip', '--', path] }],
  // A gzip that found no room has left nothing to unpack.
  rollback: undo(({ path }: Change) => [
    { script: 'if [ -e "$path.gz" ]; then gunzip -- "$path.gz"; fi', variables: { path } },
  ]),
});
