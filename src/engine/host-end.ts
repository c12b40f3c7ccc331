import type { ConclusionVerdict } from '../model/runbook.ts';

/** Why a host's walk ends before its last step. */
export type HostEnd =
  | {
      readonly kind: 'concluded';
      readonly verdict: ConclusionVerdict;
      readonly message: string;
      readonly see: string | undefined;
    }
  | { readonly kind: 'failed'; readonly step: string; readonly reason: string }
  | { readonly kind: 'rolled_back'; readonly step: string; readonly reason: string }
  | { readonly kind: 'rollback_failed'; readonly step: string; readonly reason: string }
  | { readonly kind: 'unknown'; readonly step: string; readonly reason: string }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'interrupted' };
