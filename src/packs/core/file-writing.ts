import type { Command, ScriptCommand } from '../../model/command.ts';
import type { Secret } from '../../model/secret.ts';

/**
 * Writes a temporary file beside the path and renames it, so that a reader sees the old content or the new one. ACL
 * entries and the SELinux context of a file that is replaced stay; a new file gets the policy's own label. In a subshell,
 * because the trap must not replace one of the script it becomes part of.
 */
const writing = `(
say() { printf '%s: %s\\n' "$path" "$1" >&2; exit 1; }
if [ -L "$path" ]; then say 'is a symbolic link; name its target'; fi
if [ -e "$path" ] && [ ! -f "$path" ]; then say 'is not a regular file'; fi
directory=\${path%/*}
directory=\${directory:-/}
if [ "$make_directory" = 1 ] && [ ! -d "$directory" ]; then
  mkdir -m 0755 -- "$directory" || exit 1
  if [ -e /sys/fs/selinux/enforce ]; then restorecon -- "$directory" 2>/dev/null || :; fi
fi
temporary=$(mktemp "\${directory%/}/.mendgate.XXXXXX") || exit 1
trap 'rm -f -- "$temporary"' EXIT
trap 'exit 1' HUP INT TERM
if [ "$octal" = 1 ]; then printf "$(cat)" >"$temporary" || exit 1
else cat >"$temporary" || exit 1
fi
if [ -n "$owner" ]; then chown -- "$owner" "$temporary" || exit 1; fi
if [ -e "$path" ] && command -v getfacl >/dev/null 2>&1; then
  acl=$(getfacl -cpsn -- "$path" 2>/dev/null)
  if [ -n "$acl" ]; then printf '%s\\n' "$acl" | setfacl -M - -- "$temporary" || say 'its ACL cannot be kept'; fi
fi
chmod -- "$mode" "$temporary" || exit 1
if [ -n "$context" ]; then chcon -- "$context" "$temporary" || exit 1; fi
sync "$temporary" 2>/dev/null || :
mv -f -- "$temporary" "$path" || exit 1
if [ -z "$context" ] && [ -e /sys/fs/selinux/enforce ]; then restorecon -- "$path" 2>/dev/null || :; fi
)`;

export interface FileToWrite {
  readonly path: string;
  readonly content: string | Secret;
  /** The content is written as octal escapes, because it is not text. */
  readonly octal: boolean;
  readonly mode: string;
  /** `USER:GROUP`; empty: whoever writes. */
  readonly owner: string;
  /** SELinux context; empty: the policy's own for that path. */
  readonly context: string;
  readonly makeDirectory: boolean;
}

/** The command that makes the file exactly so. */
export function writeFile(file: FileToWrite): ScriptCommand {
  const { path, mode, owner, context } = file;
  return {
    script: writing,
    variables: {
      path,
      mode,
      owner,
      context,
      octal: file.octal ? '1' : '',
      make_directory: file.makeDirectory ? '1' : '',
    },
    stdin: file.content,
  };
}

/** The commands that take a file away again, and its directory where it was made for it and nobody else uses it. */
export function removeFile(path: string, withDirectory: boolean): readonly Command[] {
  const remove: Command = { argv: ['rm', '-f', '--', path] };
  if (!withDirectory) return [remove];
  return [remove, { script: 'rmdir -- "${path%/*}" 2>/dev/null || :', variables: { path } }];
}

/** The commands that give a file an owner and a mode; in this order, since chown(2) clears the set-id bits. */
export function setOwnerAndMode(path: string, owner: string | undefined, mode: string | undefined): readonly Command[] {
  return [
    ...(owner === undefined ? [] : [{ argv: ['chown', '--', owner, path] } as const]),
    ...(mode === undefined ? [] : [{ argv: ['chmod', '--', mode, path] } as const]),
  ];
}
