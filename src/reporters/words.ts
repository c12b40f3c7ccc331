import pc from 'picocolors';
import { assertNever } from '../model/assert-never.ts';
import { itemName } from '../model/item-name.ts';
import type { Json } from '../model/json.ts';
import type { StepOutcome, Verdict } from '../model/result.ts';
import { safeLine } from '../model/safe-text.ts';
import { type Paint, truncate } from './text.ts';

export type Colours = ReturnType<typeof pc.createColors>;
export const coloursOf: (colour: boolean) => Colours = pc.createColors;

/** `would_change` → `would change`. */
export function word(outcome: StepOutcome | Verdict): string {
  return outcome.replaceAll('_', ' ');
}

/** Whether a run is an undo: there rolled back is what was wanted. */
export function isUndo(started: { readonly request?: { readonly kind: string } } | undefined): boolean {
  return started?.request?.kind === 'undo';
}

/** The colours Ansible has taught operators: ok green, changed yellow, failed red, unreachable bright red, skipped cyan. */
export function outcomePaint(colours: Colours, outcome: StepOutcome, undo = false): Paint {
  if (undo && outcome === 'rolled_back') return colours.yellow;
  switch (outcome) {
    case 'ok':
      return colours.green;
    case 'changed':
    case 'would_change':
      return colours.yellow;
    case 'skipped':
      return colours.cyan;
    case 'failed':
    case 'rolled_back':
    case 'unknown':
      return colours.red;
    case 'unreachable':
      return colours.redBright;
    case 'undetermined':
      return colours.magentaBright;
    default:
      return assertNever(outcome);
  }
}

/** As {@link outcomePaint}, for what became of a host. */
export function verdictPaint(colours: Colours, verdict: Verdict, undo = false): Paint {
  if (undo && verdict === 'rolled_back') return colours.green;
  switch (verdict) {
    case 'healthy':
    case 'fixed':
      return colours.green;
    case 'would_fix':
      return colours.yellow;
    case 'not_applicable':
    case 'not_started':
      return colours.cyan;
    case 'not_fixed':
    case 'rolled_back':
    case 'rollback_failed':
    case 'refused':
    case 'unknown':
      return colours.red;
    case 'unreachable':
      return colours.redBright;
    case 'undetermined':
      return colours.magentaBright;
    default:
      return assertNever(verdict);
  }
}

/** Which item of a `for_each` step: ` [httpd_relay]`, or nothing. */
export function itemLabel(item: Json | undefined): string {
  if (item === undefined || item === null) return '';
  return ` [${truncate(safeLine(itemName(item)), 40)}]`;
}
