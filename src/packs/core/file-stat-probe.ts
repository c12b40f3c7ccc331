import { defineProbe, unreadable } from '../../model/probe.ts';
import { fieldFunctions, parseFields, text, word } from './fields.ts';
import { absolutePath } from './params.ts';
import { fileTypes, parseStat, statFormat } from './stat-fields.ts';
import { firstLine, saysMissing, whyNot } from './why-not.ts';

const script = `${fieldFunctions}
link=
if [ "$follow" = 1 ]; then link=-L; fi
if seen=$(stat $link -c "$format" -- "$path" 2>&1); then
  printf '%s\\n' "$seen"
  if [ "$follow" != 1 ] && [ -L "$path" ]; then readlink -- "$path" | hex target
  elif [ "$checksum" = 1 ] && [ -f "$path" ]; then
    if sum=$(sha256sum 2>&1 <"$path"); then plain sha256 "\${sum%% *}"; else printf %s "$sum" | hex no_sum; fi
  fi
else
  printf '%s' "$seen" | hex missing
fi`;

export default defineProbe({
  name: 'file.stat',
  summary: 'Whether a path exists, and its type, mode, owner, size and time.',
  params: {
    type: 'object',
    properties: {
      path: { ...absolutePath, description: 'Absolute path' },
      follow: {
        type: 'boolean',
        default: false,
        description: 'Tell of what a symbolic link points to, not of the link',
      },
      checksum: { type: 'boolean', default: false, description: 'Also read a regular file and give its sha256' },
    },
    required: ['path'],
  },
  result: {
    type: 'object',
    properties: {
      path: { type: 'string', description: 'The path asked for' },
      exists: { type: 'boolean', description: 'Something is there' },
      type: { type: 'string', enum: fileTypes, description: 'What it is' },
      mode: { type: 'string', description: 'Permission bits in four octal digits, as in "0644"' },
      owner: { type: 'string', description: 'Owner; the number where it has no name' },
      group: { type: 'string', description: 'Group; the number where it has no name' },
      uid: { type: 'integer', description: 'Owner as a number' },
      gid: { type: 'integer', description: 'Group as a number' },
      size: { type: 'integer', description: 'Bytes' },
      mtime: { type: 'integer', description: 'Last change of the content, in seconds since 1970' },
      target: { type: 'string', description: 'What a symbolic link points to' },
      sha256: { type: 'string', description: 'Hex digest of the content, with checksum: true' },
    },
    required: ['path', 'exists'],
  },
  reads: ({ path }) => [`file:${path}`],
  async read(host, { path, follow, checksum }) {
    const variables = { path, follow: follow ? '1' : '', checksum: checksum ? '1' : '', format: statFormat };
    const answer = await host.run({ script, variables });
    if (answer.rc !== 0 || answer.truncated) return unreadable(whyNot(answer, `cannot look at ${path}`));
    const fields = parseFields(answer.stdout);
    const missing = text(fields, 'missing');
    if (missing !== undefined) {
      return saysMissing(missing)
        ? { path, exists: false }
        : unreadable(`cannot look at ${path}: ${firstLine(missing)}`);
    }
    const noSum = text(fields, 'no_sum');
    if (noSum !== undefined) return unreadable(`cannot read ${path}: ${firstLine(noSum)}`);
    const stat = parseStat(fields);
    if (stat === undefined) return unreadable(`cannot look at ${path}: stat(1) of GNU or BusyBox is needed`);
    const target = text(fields, 'target')?.replace(/\n$/, '');
    const sha256 = word(fields, 'sha256');
    return {
      path,
      exists: true,
      ...stat,
      ...(target === undefined ? {} : { target }),
      ...(sha256 === undefined ? {} : { sha256 }),
    };
  },
});
