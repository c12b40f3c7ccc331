import { namesUsed } from '../expr/check.ts';
import { parseText } from '../expr/text.ts';
import { isObject } from '../model/json.ts';
import type { ProbeCall } from '../model/runbook.ts';
import type { Schema } from '../model/schema.ts';
import type { Context } from './context.ts';
import type { Path } from './parse-yaml.ts';
import { mappingOf } from './raw.ts';
import { readProbeCall } from './read-call.ts';
import { findCel } from './read-expression.ts';
import { declare, type Scope } from './scope.ts';
import { maxProbes } from './skeleton-schema.ts';

/** Probes in an order in which each finds those it uses, and the scope in which all of them have names. */
export function readProbes(
  context: Context,
  scope: Scope,
  raw: unknown,
  path: Path,
): { readonly probes: readonly ProbeCall[]; readonly scope: Scope } {
  const calls = Object.fromEntries(Object.entries(mappingOf(raw)).slice(0, maxProbes));
  const { order, circles } = orderByReference(context, calls, path);
  const unclear = [...circles].map((name): [string, Schema] => [name, { type: 'any' }]);
  const probes: ProbeCall[] = [];
  let inner = scope;
  for (const name of order) {
    const around = circles.has(name) ? { ...inner, types: new Map([...unclear, ...inner.types]) } : inner;
    const read = readProbeCall(context, around, name, calls[name], [...path, name]);
    inner = declare(context, inner, name, read?.type ?? { type: 'any' }, [...path, name], 'key');
    if (read !== undefined) probes.push(read.call);
  }
  return { probes, scope: inner };
}

/** As written, but each after those it uses. A cycle is reported once and broken. */
function orderByReference(
  context: Context,
  calls: Readonly<Record<string, unknown>>,
  path: Path,
): { readonly order: readonly string[]; readonly circles: ReadonlySet<string> } {
  const uses = new Map(Object.entries(calls).map(([name, call]) => [name, usedBy(call, calls)]));
  const order: string[] = [];
  const circles = new Set<string>();
  const state = new Map<string, 'open' | 'done'>();

  function visit(name: string, trail: readonly string[]): void {
    if (state.get(name) === 'done') return;
    if (state.get(name) === 'open') {
      const members = trail.slice(trail.indexOf(name));
      for (const member of members) circles.add(member);
      const circle = [...members, name].map((entry) => `\`${entry}\``).join(' → ');
      const help = 'a probe may use another, but not itself through others';
      context.report.at([...path, name], 'runbook/probe-cycle', `these probes wait on each other: ${circle}`, {
        part: 'key',
        help,
      });
      return;
    }
    state.set(name, 'open');
    for (const used of uses.get(name) ?? []) visit(used, [...trail, name]);
    state.set(name, 'done');
    order.push(name);
  }

  for (const name of uses.keys()) visit(name, []);
  return { order, circles };
}

function usedBy(call: unknown, calls: Readonly<Record<string, unknown>>): readonly string[] {
  if (!isObject(call)) return [];
  const own = call['for_each'] === undefined ? undefined : (call['as'] ?? 'item');
  const sources = Object.entries(call).flatMap(([key, member]) =>
    key === 'for_each' && typeof member === 'string' ? [findCel(member).cel] : celsIn(member),
  );
  return [...new Set(sources.flatMap(namesUsed))].filter((name) => Object.hasOwn(calls, name) && name !== own);
}

function celsIn(raw: unknown): readonly string[] {
  if (typeof raw === 'string')
    return parseText(raw).parts.flatMap((part) => (part.kind === 'cel' ? [part.source] : []));
  if (Array.isArray(raw)) return raw.flatMap(celsIn);
  return isObject(raw) ? Object.values(raw).flatMap(celsIn) : [];
}
