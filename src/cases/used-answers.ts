import { nowhere, type Origin, originOf } from '../expr/origin.ts';
import { parseText } from '../expr/text.ts';
import type { ActionCall, Check, Cond, ProbeCall, Runbook, Step, Tree } from '../model/runbook.ts';

type Names = ReadonlyMap<string, Origin>;

/**
 * Every part of an answer that a runbook looks at by itself: in conditions, lists, messages and what its actions are given. What
 * it only hands on to another probe is not among them: that probe's answer is a case's own. `confirm.worker.running`.
 */
export function usedAnswers(runbook: Runbook): ReadonlySet<string> {
  const used = new Set<string>();
  followRunbook(runbook, '', (path) => void used.add(path));
  return used;
}

type Read = (path: string) => void;

function followRunbook({ symptom, steps, outputs }: Runbook, prefix: string, read: Read): void {
  let names: Names = new Map();
  if (symptom !== undefined) {
    names = followProbes(symptom.probes, `${prefix}symptom`, names, read);
    followCond(symptom.present, names, read);
    followCheck(symptom.gone, `${prefix}symptom.gone`, names, read);
  }
  for (const step of steps) names = followStep(step, `${prefix}${step.id}`, names, read);
  for (const { value } of outputs) originOf(value, names, read);
}

function followStep(step: Step, id: string, before: Names, read: Read): Names {
  followCond(step.when, before, read);
  const items = step.forEach === undefined ? undefined : followList(step.forEach, before, read);
  const start = items === undefined ? before : new Map([...before, [step.as, items]]);
  const names = followProbes(step.probes, id, start, read);
  followText(step.title, names, read);
  for (const { when, message } of step.conclude) {
    followCond(when, names, read);
    followText(message, names, read);
  }
  followCond(step.gate, names, read);
  followText(step.confirm ?? '', names, read);
  if (step.verify !== undefined) followCheck(step.verify, id, names, read);
  if (step.rollback.kind === 'calls') followCalls(step.rollback.calls, names, read);
  const { remediation } = step;
  switch (remediation.kind) {
    case 'none':
      break;
    case 'fix':
      followCalls(remediation.calls, names, read);
      break;
    case 'use':
      followTree(remediation.with, names, read);
      followRunbook(remediation.runbook, `${id}/`, read);
      break;
    case 'alternatives':
      for (const { gate, title, confirm, fix, verify } of remediation.alternatives) {
        followCond(gate, names, read);
        followText(title, names, read);
        followText(confirm ?? '', names, read);
        followCalls(fix, names, read);
        if (verify !== undefined) followCheck(verify, id, names, read);
      }
      break;
  }
  return names;
}

function followProbes(calls: readonly ProbeCall[], site: string, before: Names, read: Read): Names {
  let names = before;
  for (const call of calls) {
    const paths = [`${site}.${call.name}`];
    const own: Origin =
      call.forEach === undefined
        ? { paths }
        : { paths, members: new Map([[call.as, followList(call.forEach, names, read)]]) };
    names = new Map([...names, [call.name, own]]);
  }
  return names;
}

function followCalls(calls: readonly ActionCall[], names: Names, read: Read): void {
  for (const { params, forEach, as, when } of calls) {
    const items = forEach === undefined ? undefined : followList(forEach, names, read);
    const own: Names = items === undefined ? names : new Map([...names, [as, items]]);
    followCond(when ?? [], own, read);
    followTree(params, own, read);
  }
}

function followCheck({ probes, that }: Check, site: string, before: Names, read: Read): void {
  followCond(that, followProbes(probes, site, before, read), read);
}

function followCond(cond: Cond, names: Names, read: Read): void {
  for (const { check, message } of cond) {
    originOf(check, names, read);
    followText(message ?? '', names, read);
  }
}

function followList(forEach: string | readonly Tree[], names: Names, read: Read): Origin {
  if (typeof forEach === 'string') return originOf(forEach, names, read);
  followTree([...forEach], names, read);
  return nowhere;
}

function followTree(tree: Tree, names: Names, read: Read): void {
  followText(JSON.stringify(tree).replaceAll('\\"', '"'), names, read);
}

function followText(text: string, names: Names, read: Read): void {
  for (const part of parseText(text).parts) if (part.kind === 'cel') originOf(part.source, names, read);
}
