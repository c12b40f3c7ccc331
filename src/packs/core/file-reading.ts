import type { Command } from '../../model/command.ts';
import type { Inspector } from '../../model/probe.ts';
import { bytes, fieldFunctions, parseFields, text, word } from './fields.ts';
import { type FileStat, parseStat, statFormat } from './stat-fields.ts';
import { firstLine, saysMissing, whyNot } from './why-not.ts';

/** An answer holds 1 MiB, and hex takes two characters for a byte. */
export const largestFile = 500_000;

const script = `${fieldFunctions}
link=
if [ "$follow" = 1 ]; then link=-L; fi
if [ "$parent" = 1 ]; then
  directory=\${path%/*}
  if [ -d "\${directory:-/}" ]; then plain parent 1; fi
fi
if seen=$(stat $link -c "$format" -- "$path" 2>&1); then
  printf '%s\\n' "$seen"
  if [ ! -f "$path" ] || { [ "$follow" != 1 ] && [ -L "$path" ]; }; then exit 0; fi
  size=$(stat -L -c %s -- "$path")
  if [ "$size" -gt "$max" ]; then exit 0; fi
  if [ "$context" = 1 ] && [ -e /sys/fs/selinux/enforce ]; then
    plain context "$(stat -c %C -- "$path" 2>/dev/null)"
  fi
  if [ -r "$path" ]; then hex content <"$path"; else plain forbidden 1; fi
  if [ "$compare" = 1 ]; then
    if cmp -s - "$path"; then plain same 1; else plain same 0; fi
  fi
else
  printf '%s' "$seen" | hex missing
fi`;

export type FileReading =
  | { readonly kind: 'unreadable'; readonly reason: string }
  /** `parent`: its directory is there. */
  | { readonly kind: 'missing'; readonly parent: boolean }
  | {
      readonly kind: 'found';
      readonly bytes: Buffer;
      readonly stat: FileStat;
      /** SELinux context, where there is one. */
      readonly context?: string;
      /** Whether it held exactly the `compare` stream. */
      readonly same?: boolean;
    };

export interface ReadingOptions {
  /** Whether a symbolic link is read through; otherwise it is not a regular file. */
  readonly follow: boolean;
  readonly max: number;
  /** For an action: also the directory and the SELinux context. */
  readonly forChange?: true;
  /** What to compare the file with, on the host. */
  readonly compare?: Command['stdin'];
}

/** Reads a regular file with its mode and owner, in one round trip. */
export async function readFile(host: Inspector, path: string, options: ReadingOptions): Promise<FileReading> {
  const yes = (flag: boolean): string => (flag ? '1' : '');
  const variables = {
    path,
    format: statFormat,
    max: String(Math.min(options.max, largestFile)),
    follow: yes(options.follow),
    parent: yes(options.forChange === true),
    context: yes(options.forChange === true),
    compare: yes(options.compare !== undefined),
  };
  const stdin = options.compare === undefined ? {} : { stdin: options.compare };
  const answer = await host.run({ script, variables, ...stdin });
  const cannot = (why: string): FileReading => ({ kind: 'unreadable', reason: `cannot read ${path}: ${why}` });
  if (answer.rc !== 0 || answer.truncated) return { kind: 'unreadable', reason: whyNot(answer, `cannot read ${path}`) };

  const fields = parseFields(answer.stdout);
  const missing = text(fields, 'missing');
  if (missing !== undefined) {
    return saysMissing(missing)
      ? { kind: 'missing', parent: word(fields, 'parent') === '1' }
      : cannot(firstLine(missing));
  }
  const stat = parseStat(fields);
  if (stat === undefined) return cannot('stat(1) of GNU or BusyBox is needed');
  if (stat.type !== 'file') return cannot(`it is a ${stat.type.replace('_', ' ')}, not a regular file`);
  if (word(fields, 'forbidden') !== undefined) return cannot('permission denied; it needs root (become: true)');
  const content = bytes(fields, 'content');
  if (content === undefined) return cannot(`it has ${stat.size} bytes, more than ${variables.max}`);
  const context = word(fields, 'context');
  const same = word(fields, 'same');
  return {
    kind: 'found',
    bytes: content,
    stat,
    ...(context === undefined || context === '?' ? {} : { context }),
    ...(same === undefined ? {} : { same: same === '1' }),
  };
}
