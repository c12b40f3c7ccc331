/** Who may use a file, as `inspect` saw it. */
export interface FileAccess {
  readonly mode?: string;
  readonly uid?: number;
  readonly gid?: number;
  readonly owner?: string;
  readonly group?: string;
  /** SELinux context. */
  readonly context?: string;
}

/**
 * The state before a change, with mode, owner and SELinux context as they are `now` where the change's params name none: the change
 * left these alone, so what differs in them since is somebody else's.
 */
export function leftByOthers<State extends FileAccess>(
  before: State,
  now: State,
  named: { readonly mode?: string; readonly owner?: string; readonly group?: string },
): State {
  const { mode, uid, owner, gid, group, context } = now;
  return {
    ...before,
    ...(named.mode === undefined && mode !== undefined ? { mode } : {}),
    ...(named.owner === undefined && uid !== undefined ? { uid, owner } : {}),
    ...(named.group === undefined && gid !== undefined ? { gid, group } : {}),
    ...(context === undefined ? {} : { context }),
  };
}
