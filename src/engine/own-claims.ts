import { namesUsed } from '../expr/check.ts';
import { decide } from '../expr/cond.ts';
import type { Scope } from '../expr/evaluate.ts';
import type { Check, Cond } from '../model/runbook.ts';
import { Unknown } from '../model/unknown.ts';
import { readProbes } from './read-probes.ts';
import { failedParts, runCheck } from './run-check.ts';
import { lookOf, type StepPlace, stampOf } from './step-place.ts';

/** What a step says by itself of whether its fix is made. */
export interface OwnClaims {
  /** Open as long as the fix applies. */
  readonly gate: Cond;
  readonly verify: Check | undefined;
  /** With the names of the step's probes as they were before the fix. */
  readonly scope: Scope;
}

/** `later`: the walk has not come to the step yet. `none`: it does not come to it any more. */
export type Claims = OwnClaims | 'later' | 'none';

/** `why`: in words, whatever was found. */
export interface Claimed {
  readonly stands: 'before' | 'after' | Unknown;
  readonly why: string;
}

/**
 * Asks a step whether its fix is made, of which only commands could tell: its verify must hold, and its gate be shut, by what its
 * probes read now. A gate over names that were read before says nothing. Rejects with a HostFailure.
 */
export async function lookAtClaims(place: StepPlace, claims: Claims): Promise<Claimed> {
  const unknown = (why: string): Claimed => ({ stands: new Unknown(why), why });
  if (typeof claims === 'string') return unknown('only its step can tell how far it came');
  const shut = await gateShut(place, claims);
  if (shut instanceof Unknown) return unknown(`its gate cannot be decided: ${shut.reason}`);
  const held = await verifyHolds(place, claims);
  if (held instanceof Unknown) return unknown(`its verify cannot be decided: ${held.reason}`);
  if (shut === undefined && held === undefined) return unknown('its step has no gate and no verify that could tell');
  if (held?.held === true && shut?.held === false) {
    return unknown('its verify holds, and its gate is open still');
  }
  const told = held ?? shut;
  const why = [held, shut].flatMap((each) => each?.why ?? []).join('; ');
  return { stands: told?.held === true ? 'after' : 'before', why };
}

interface Told {
  readonly held: boolean;
  readonly why: string;
}

/** Whether the gate is shut now; `undefined`: nothing that is read anew is in it. */
async function gateShut(place: StepPlace, { gate, scope }: OwnClaims): Promise<Told | undefined | Unknown> {
  const { run, step } = place;
  const own = new Set(step.probes.map(({ name }) => name));
  if (!gate.some(({ check }) => namesUsed(check).some((name) => own.has(name)))) return undefined;
  run.session.ahead.clear();
  const seen = await readProbes(run, { ...lookOf(place), anew: true }, step.probes, scope);
  const { held, reasons, unknowns, error } = decide(gate, seen);
  if (held === 'unknown') return new Unknown(error ?? unknowns.map(({ reason }) => reason).join('; '));
  return held
    ? { held: false, why: 'its gate is open still' }
    : { held: true, why: `its gate is shut now (${failedParts(reasons)})` };
}

async function verifyHolds(place: StepPlace, { verify, scope }: OwnClaims): Promise<Told | undefined | Unknown> {
  if (verify === undefined) return undefined;
  const looked = await runCheck(place.run, lookOf(place, 'verify', true), verify, scope);
  const { held, unknown, unknowns, reasons, looks: attempt } = looked;
  await place.run.parts.emit({ type: 'verify.looked', ...stampOf(place), held, reasons, attempt });
  if (unknown) return new Unknown(unknowns.map(({ reason }) => reason).join('; '));
  return held ? { held, why: 'its verify holds' } : { held, why: `its verify does not hold (${failedParts(reasons)})` };
}
