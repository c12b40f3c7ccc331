import { namesUsed } from '../expr/check.ts';
import { parseText } from '../expr/text.ts';
import { isObject } from '../model/json.ts';
import type { ProbeCall } from '../model/runbook.ts';

/** Calls in groups: each uses only names of earlier groups, so that a group is read in one round trip. Keeps the order. */
export function waves(calls: readonly ProbeCall[]): readonly (readonly ProbeCall[])[] {
  const waveOf = new Map<string, number>();
  const groups: ProbeCall[][] = [];
  for (const call of calls) {
    const after = usedBy(call).map((name) => waveOf.get(name) ?? -1);
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
