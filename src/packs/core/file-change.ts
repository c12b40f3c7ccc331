import type { ContentDiff, ForeseenProbe } from '../../model/action.ts';
import type { Command } from '../../model/command.ts';
import { isObject, type Json } from '../../model/json.ts';
import { Secret } from '../../model/secret.ts';
import { sizeAndDigest } from './file-content-probe.ts';
import type { FileState } from './file-state.ts';
import { removeFile, setOwnerAndMode, writeFile } from './file-writing.ts';
import { fourDigits } from './params.ts';

/** What a file shall be. */
export interface WantedFile {
  readonly path: string;
  readonly content: string | Secret;
  readonly mode?: string;
  readonly owner?: string;
  readonly group?: string;
}

/** From what a file is to what it shall be. */
export interface FileChange {
  readonly path: string;
  /** Absent: the content is right, only owner or mode are not. */
  readonly content?: string | Secret;
  /** The text that is replaced; absent when there is none, or none to show. */
  readonly before?: string;
  readonly creates: boolean;
  readonly makesDirectory: boolean;
  /** The mode it gets. */
  readonly mode: string;
  readonly modeBefore?: string;
  /** `USER:GROUP` it gets; absent: whoever writes. */
  readonly owner?: string;
  readonly ownerBefore?: string;
  /** SELinux context that it keeps. */
  readonly context?: string;
}

/** What has to change; `undefined` when all is as wanted. */
export function diffFile(state: FileState, wanted: WantedFile): FileChange | undefined {
  const { path, content } = wanted;
  const mode = fourDigits(wanted.mode ?? state.mode ?? '0644');
  if (!state.exists) {
    const owner = ownerSpec(wanted.owner ?? '', wanted.group ?? '');
    return { path, content, creates: true, makesDirectory: !state.parent, mode, ...(owner === ':' ? {} : { owner }) };
  }
  const user = wanted.owner ?? String(state.uid);
  const group = wanted.group ?? String(state.gid);
  const sameOwner = isName(user, state.owner, state.uid) && isName(group, state.group, state.gid);
  const sameContent = content instanceof Secret ? state.same === true : state.text === content;
  if (sameContent && sameOwner && mode === state.mode) return undefined;
  return {
    path,
    ...(sameContent ? {} : { content }),
    ...(typeof state.text === 'string' && !sameContent ? { before: state.text } : {}),
    creates: false,
    makesDirectory: false,
    mode,
    ...(state.mode === undefined ? {} : { modeBefore: state.mode }),
    owner: ownerSpec(user, group),
    ...(sameOwner ? {} : { ownerBefore: `${state.owner}:${state.group}` }),
    ...(state.context === undefined ? {} : { context: state.context }),
  };
}

function isName(wanted: string, name: string | undefined, id: number | undefined): boolean {
  return wanted === name || wanted === String(id);
}

function ownerSpec(user: string, group: string): string {
  return group === '' && user !== '' ? user : `${user}:${group}`;
}

/** "/etc/x: 12 lines → 14 lines, mode 0644 → 0600". */
export function describeFile(change: FileChange): string {
  const parts: string[] = [];
  if (change.content instanceof Secret)
    parts.push(`${change.creates ? 'absent' : 'other content'} → content is secret`);
  else if (change.content !== undefined) {
    const before = change.creates ? 'absent' : change.before === undefined ? 'not text' : countLines(change.before);
    parts.push(`${before} → ${countLines(change.content)}`);
  }
  if (change.modeBefore !== undefined && change.modeBefore !== change.mode) {
    parts.push(`mode ${change.modeBefore} → ${change.mode}`);
  }
  if (change.ownerBefore !== undefined) parts.push(`owner ${change.ownerBefore} → ${change.owner}`);
  return `${change.path}: ${parts.join(', ')}`;
}

function countLines(text: string): string {
  const lines = text === '' ? 0 : text.replace(/\n$/, '').split('\n').length;
  return lines === 1 ? '1 line' : `${lines} lines`;
}

/** Before and after for `-D`; nothing where the content is secret or stays. */
export function fileContents(change: FileChange): readonly ContentDiff[] {
  if (typeof change.content !== 'string') return [];
  return [{ label: change.path, before: change.before ?? '', after: change.content }];
}

/** The commands that make it so. */
export function applyFile(change: FileChange): readonly Command[] {
  const { path, content, mode, owner } = change;
  if (content === undefined) {
    return setOwnerAndMode(path, change.ownerBefore === undefined ? undefined : owner, mode);
  }
  const context = change.context ?? '';
  return [
    writeFile({ path, content, octal: false, mode, owner: owner ?? '', context, makeDirectory: change.makesDirectory }),
  ];
}

/** The commands that put the file back as it was. */
export function undoFile(change: FileChange, before: FileState): readonly Command[] {
  const { path } = change;
  if (!before.exists) return removeFile(path, change.makesDirectory);
  const owner = `${before.uid}:${before.gid}`;
  const mode = before.mode ?? '0644';
  if (change.content === undefined) return setOwnerAndMode(path, owner, mode);
  const content = before.octal ?? before.text ?? '';
  // A secret's own text never reaches the journal: another process finds asterisks in its place.
  if (before.same !== undefined && !(content instanceof Secret)) {
    const script =
      'printf "%s: the content before was secret and is not in the journal; restore it by hand\\n" "$path" >&2; exit 1';
    return [{ script, variables: { path } }];
  }
  const octal = before.octal !== undefined;
  return [writeFile({ path, content, octal, mode, owner, context: before.context ?? '', makeDirectory: false })];
}

/** What the probe file.content would tell of it afterwards; other probes see times that nobody knows. */
export function predictFile(change: FileChange, probe: ForeseenProbe): Json | undefined {
  if (probe.name !== 'file.content' || !isObject(probe.params) || probe.params['path'] !== change.path)
    return undefined;
  if (change.content === undefined) return probe.now;
  if (typeof change.content !== 'string') return undefined;
  const bytes = Buffer.from(change.content, 'utf8');
  const { max } = probe.params;
  if (typeof max === 'number' && bytes.length > max) return undefined;
  return { path: change.path, exists: true, text: change.content, ...sizeAndDigest(bytes) };
}
