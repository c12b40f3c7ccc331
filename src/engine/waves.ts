import { namesUsed } from '../expr/check.ts';
import { parseText } from '../expr/text.ts';
import { isObject } from '../model/json.ts';
import type { ProbeCall } from '../model/runbook.ts';

/** A runbook's calls are the same objects for every host. */
const wavesOf = new WeakMap<readonly ProbeCall[], readonly (readonly ProbeCall[])[]>();
const usedNames = new WeakMap<ProbeCall, readonly string[]>();
const usedInParams = new WeakMap<ProbeCall, readonly string[]>();

/** Calls in groups: each uses only names of earlier groups, so that a group is read in one round trip. Keeps the order. */
export function waves(calls: readonly ProbeCall[]): readonly (readonly ProbeCall[])[] {
  const known = wavesOf.get(calls) ?? group(calls);
  wavesOf.set(calls, known);
  return known;
}

/** The names that a call's params and `for_each` use; not the one it binds itself. */
export function namesOf(call: ProbeCall): readonly string[] {
  const known = usedNames.get(call) ?? usedBy(call).filter((name) => call.forEach === undefined || name !== call.as);
  usedNames.set(call, known);
  return known;
}

/** The names that a call's params use; with `for_each` also the one it binds. */
export function paramNames(call: ProbeCall): readonly string[] {
  const known = usedInParams.get(call) ?? [...new Set(namesInTree(call.params))];
  usedInParams.set(call, known);
  return known;
}

function group(calls: readonly ProbeCall[]): readonly (readonly ProbeCall[])[] {
  const waveOf = new Map<string, number>();
  const groups: ProbeCall[][] = [];
  for (const call of calls) {
    const after = namesOf(call).map((name) => waveOf.get(name) ?? -1);
    const wave = Math.max(-1, ...after) + 1;
    waveOf.set(call.name, wave);
    groups[wave] = [...(groups[wave] ?? []), call];
  }
  return groups;
}

function usedBy(call: ProbeCall): readonly string[] {
  const fromItems = typeof call.forEach === 'string' ? namesUsed(call.forEach) : namesInTree(call.forEach);
  return [...fromItems, ...namesInTree(call.params)];
}

function namesInTree(tree: unknown): readonly string[] {
  if (typeof tree === 'string') {
    return parseText(tree).parts.flatMap((part) => (part.kind === 'cel' ? namesUsed(part.source) : []));
  }
  if (Array.isArray(tree)) return tree.flatMap(namesInTree);
  return isObject(tree) ? Object.values(tree).flatMap(namesInTree) : [];
}
