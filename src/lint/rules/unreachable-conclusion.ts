import { namesUsed } from '../../expr/check.ts';
import { evaluate } from '../../expr/evaluate.ts';
import type { CelPart } from '../cel-parts.ts';
import type { Finding, Rule } from '../rule.ts';
import type { ConclusionView } from '../view.ts';

export default {
  id: 'lint/unreachable-conclusion',
  severity: 'warning',
  title: 'a conclusion that can never be reached',
  reason:
    'Conclusions are read top down, and the first true one with a verdict ends the host. One that asks for more than an earlier one with a verdict does, or for something that is never true, is never told.',
  instead: 'put what asks for more first, or remove it',
  example: {
    bad: 'probes: { unit: { systemd.unit: { name: app } } }\nconclude:\n  - { when: unit.active, verdict: healthy, message: It runs. }\n  - { when: unit.active && unit.restarts > 3, verdict: not_fixed, message: It restarts again and again. }',
    good: 'probes: { unit: { systemd.unit: { name: app } } }\nconclude:\n  - { when: unit.active && unit.restarts > 3, verdict: not_fixed, message: It restarts again and again. }\n  - { when: unit.active, verdict: healthy, message: It runs. }',
  },
  check: ({ steps }) =>
    steps.flatMap(({ conclusions }) =>
      conclusions.flatMap((conclusion, index): readonly Finding[] => {
        const path = [...conclusion.path, 'when'];
        if (conclusion.when.some(isFalse)) return [{ path, message: 'this is never true' }];
        const before = conclusions.slice(0, index).findIndex((earlier) => earlier.ends && covers(earlier, conclusion));
        if (before === -1) return [];
        const message = `whenever this is true, conclusion ${before + 1} of this list is too, and ends the host first`;
        return [{ path, message }];
      }),
    ),
} satisfies Rule;

/** Whether a condition holds whatever the host says. */
export function isAlways(when: readonly CelPart[]): boolean {
  return when.every(({ cel }) => constant(cel) === true);
}

function isFalse({ cel }: CelPart): boolean {
  return constant(cel) === false;
}

function constant(cel: string): unknown {
  if (namesUsed(cel).length > 0) return undefined;
  const result = evaluate(cel, new Map());
  return result.kind === 'known' ? result.value : undefined;
}

/** Everything that the first asks for, the second asks for too. */
function covers(first: ConclusionView, second: ConclusionView): boolean {
  if (isAlways(first.when)) return true;
  const asked = conjunctsOf(second.when);
  return [...conjunctsOf(first.when)].every((conjunct) => asked.has(conjunct));
}

/** Parts joined by `&&`; a part with an alternative in it stays whole. */
function conjunctsOf(when: readonly CelPart[]): ReadonlySet<string> {
  return new Set(
    when.flatMap(({ cel }) => {
      const text = cel.replaceAll(/\s+/g, ' ').trim();
      return /\|\||\?|[()"']/.test(text) ? [text] : text.split('&&').map((part) => part.trim());
    }),
  );
}
