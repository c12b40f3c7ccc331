import type { Inspector } from '../../model/probe.ts';
import { unreadable } from '../../model/probe.ts';
import { Secret } from '../../model/secret.ts';
import type { Unknown } from '../../model/unknown.ts';
import { exactText, octalFormat } from './exact-text.ts';
import { largestFile, readFile } from './file-reading.ts';
import type { FileAccess } from './left-by-others.ts';

/** A regular file as it is before a change: enough to put it back exactly. JSON, but for secret content. */
export interface FileState extends FileAccess {
  readonly exists: boolean;
  /** Its directory exists. */
  readonly parent: boolean;
  /** Its content; secret when what shall stand there is. */
  readonly text?: string | Secret;
  /** Content that is not text, as octal escapes. */
  readonly octal?: string | Secret;
  /** Compared on the host: it holds the wanted secret content already. */
  readonly same?: boolean;
}

/** Looks at a regular file for an action. `wanted` secret: the file's own content is kept secret too. */
export async function inspectFile(
  host: Inspector,
  path: string,
  wanted?: string | Secret,
): Promise<FileState | Unknown> {
  const secret = wanted instanceof Secret;
  const reading = await readFile(host, path, {
    follow: false,
    max: largestFile,
    forChange: true,
    ...(secret ? { compare: wanted } : {}),
  });
  switch (reading.kind) {
    case 'unreadable':
      return unreadable(reading.reason);
    case 'missing':
      return { exists: false, parent: reading.parent };
    case 'found': {
      const { mode, uid, gid, owner, group } = reading.stat;
      const text = exactText(reading.bytes);
      const hide = (content: string): string | Secret => (secret ? new Secret(content) : content);
      return {
        exists: true,
        parent: true,
        ...(text === undefined ? { octal: hide(octalFormat(reading.bytes)) } : { text: hide(text) }),
        ...(reading.same === undefined ? {} : { same: reading.same }),
        mode,
        uid,
        gid,
        owner,
        group,
        ...(reading.context === undefined ? {} : { context: reading.context }),
      };
    }
  }
}
