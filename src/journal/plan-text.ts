import { createHash } from 'node:crypto';
import { harmlessJson } from '../model/harmless-json.ts';
import { canonicalJson, isObject } from '../model/json.ts';
import { type SavedPlan, savedPlanVersion } from '../model/saved-plan.ts';

/** A plan file's text, read. `edited`: it was a plan once. */
export type ReadPlan =
  | { readonly kind: 'plan'; readonly plan: SavedPlan }
  | { readonly kind: 'edited' | 'none'; readonly problem: string };

/**
 * A plan as its file has it: JSON in one canonical form, so that two plans can be compared line by line, with the hex SHA-256 of
 * its canonical text. That finds what was changed by hand or by accident; it's no signature.
 */
export function planText(plan: SavedPlan): string {
  const whole: unknown = JSON.parse(canonicalJson({ ...plan, sha256: hashOf(plan) }));
  return `${harmlessJson(whole, 2)}\n`;
}

/** Reads a plan file's text back. Pure. */
export function readPlanText(text: string): ReadPlan {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: 'none', problem: 'it is not JSON' };
  }
  if (!isObject(value) || typeof value['sha256'] !== 'string' || typeof value['version'] !== 'number') {
    return { kind: 'none', problem: 'it is no plan (mendgate plan RUNBOOK -o FILE makes one)' };
  }
  const { sha256, ...content } = value;
  if (sha256 !== hashOf(content)) {
    return { kind: 'edited', problem: 'it was changed after it was made; make a new plan' };
  }
  if (content['version'] !== savedPlanVersion) {
    const known = `this mendgate knows version ${savedPlanVersion}`;
    return { kind: 'edited', problem: `it is a plan of version ${String(content['version'])}, and ${known}` };
  }
  if (!hasItsMembers(content)) return { kind: 'edited', problem: 'parts of it are missing; make a new plan' };
  // Its hash holds, and its members are there: a plan of ours.
  return { kind: 'plan', plan: content as unknown as SavedPlan };
}

/** Whether a text is a plan's id as we make them; nothing else may become a path. */
export function isPlanId(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(text);
}

function hasItsMembers({
  id,
  created,
  expires,
  mendgate,
  runbook,
  request,
  hosts,
  unseen,
}: Record<string, unknown>): boolean {
  const dated = [created, expires].every((text) => typeof text === 'string' && !Number.isNaN(Date.parse(text)));
  const listed = Array.isArray(hosts) && hosts.every((host) => isObject(host) && isObject(host['plan']));
  const named = typeof id === 'string' && isPlanId(id) && typeof mendgate === 'string';
  return named && dated && listed && Array.isArray(unseen) && isObject(runbook) && isObject(request);
}

function hashOf(content: object): string {
  return createHash('sha256').update(canonicalJson(content)).digest('hex');
}
