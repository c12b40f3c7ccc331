import type { ConclusionVerdict } from '../model/runbook.ts';

/** Why a host's walk ends before its last step. */
export type HostEnd =
  | {
      readonly kind: 'concluded';
      readonly verdict: ConclusionVerdict;
      readonly message: string;
      readonly see: string | undefined;
    }
  | (EndAtStep & { readonly kind: 'failed' })
  | (EndAtStep & { readonly kind: 'rolled_back' })
  | { readonly kind: 'rollback_failed'; readonly step: string; readonly reason: string }
  | { readonly kind: 'unknown'; readonly step: string; readonly reason: string }
  | { readonly kind: 'refused'; readonly reason: string }
  /** By Ctrl-C, or by a journal that cannot be written. */
  | { readonly kind: 'interrupted'; readonly reason: string };

interface EndAtStep {
  readonly step: string;
  readonly reason: string;
  /** `on_failure: rollback_all`. */
  readonly undoAll: boolean;
  /** A `prevent` step: it cannot take the cure's verdict away. */
  readonly prevent: boolean;
}
