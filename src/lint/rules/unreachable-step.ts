import { conditionParts } from '../cel-parts.ts';
import type { Finding, Rule } from '../rule.ts';
import type { StepView } from '../view.ts';
import { isAlways } from './unreachable-conclusion.ts';

export default {
  id: 'lint/unreachable-step',
  severity: 'warning',
  title: 'a step, or a fix, behind a conclusion that always ends the host',
  reason:
    'A conclusion with a verdict whose `when` is always true ends every host that comes to it: nothing behind it runs.',
  instead: 'give the conclusion a real condition, or no verdict: without one it is a note, and the host goes on',
  example: {
    bad: 'steps:\n  - id: look\n    probes: { unit: { systemd.unit: { name: app } } }\n    conclude:\n      - { when: "true", verdict: not_fixed, message: "It is ${{ unit.sub_state }}." }\n  - id: start\n    fix:\n      - service.state: { name: app, enabled: true }',
    good: 'steps:\n  - id: look\n    probes: { unit: { systemd.unit: { name: app } } }\n    conclude:\n      - { when: "true", message: "It is ${{ unit.sub_state }}." }\n  - id: start\n    fix:\n      - service.state: { name: app, enabled: true }',
  },
  check({ steps }) {
    const index = steps.findIndex(endsEveryHost);
    const end = steps[index];
    if (end === undefined) return [];
    const found: Finding[] = end.units.map(({ path }) => ({
      path,
      part: 'key',
      message: 'a conclusion of this step ends every host before this fix',
    }));
    const message = `step \`${end.id}\` ends every host: this step never runs`;
    return [...found, ...steps.slice(index + 1).map(({ path }) => ({ path: [...path, 'id'], message }))];
  },
} satisfies Rule;

function endsEveryHost({ raw, conclusions }: StepView): boolean {
  if (raw['for_each'] !== undefined) return false;
  if (!isAlways(conditionParts(raw['when'], []))) return false;
  return conclusions.some(({ ends, when }) => ends && isAlways(when));
}
