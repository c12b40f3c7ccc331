/** How a dead man's switch stands. */
export type DeadManReply =
  /** There is none: it was told that all is well, or was never armed. */
  | { readonly kind: 'none' }
  | { readonly kind: 'disarmed' }
  | { readonly kind: 'armed' }
  /** It acts at this moment. */
  | { readonly kind: 'firing' }
  /** It began to act and did not come to its end: a reboot, somebody's kill. */
  | { readonly kind: 'torn' }
  | Reverted;

/** It has taken back what was begun. */
export interface Reverted {
  readonly kind: 'reverted';
  /** By itself, since nobody told it in time; else because it was asked to. */
  readonly bySelf: boolean;
  /** False: nothing of the fix had begun, and never will. */
  readonly begun: boolean;
  /** Exit codes of its commands that failed; `call`: of the author's own rollback. */
  readonly failed: readonly { readonly kind: 'undo' | 'call'; readonly rc: number }[];
  /** Files that were neither as the fix had left them nor as before it, and where the host keeps what stood there; hostile. */
  readonly overwritten: readonly { readonly path: string; readonly copy?: string }[];
  /** The end of what its commands complained of; hostile. */
  readonly said: string;
}

/** Reads what settleDeadMan's script says (dead-man.ts); `undefined`: that is nothing of ours. */
export function readDeadManReply(stdout: string): DeadManReply | undefined {
  const [first = '', ...lines] = stdout.split('\n');
  switch (first) {
    case 'none':
    case 'disarmed':
    case 'armed':
    case 'firing':
    case 'torn':
      return { kind: first };
    case 'reverted self':
    case 'reverted asked': {
      const end = lines.indexOf('said');
      const codes = end < 0 ? lines : lines.slice(0, end);
      const failed = codes.flatMap((line) => {
        const [, kind, rc] = /^(undo|call) (\d{1,3})$/.exec(line) ?? [];
        return (kind === 'undo' || kind === 'call') && Number(rc) !== 0 ? [{ kind, rc: Number(rc) } as const] : [];
      });
      const overwritten = codes.flatMap((line) => {
        const [, copy, path] = /^over ([^\t]*)\t(.+)$/.exec(line) ?? [];
        return path === undefined ? [] : [{ path, ...(copy === undefined || copy === '' ? {} : { copy }) }];
      });
      const said = end < 0 ? '' : lines.slice(end + 1).join('\n');
      // A record that a full disk swallowed is not one of "nothing begun".
      return {
        kind: 'reverted',
        bySelf: first === 'reverted self',
        begun: !codes.includes('begun 0'),
        failed,
        overwritten,
        said: said.trim(),
      };
    }
    default:
      return undefined;
  }
}
