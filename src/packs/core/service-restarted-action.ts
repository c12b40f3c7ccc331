import { defineAction, undo } from '../../model/action.ts';
import { unreadable } from '../../model/probe.ts';
import { Unknown } from '../../model/unknown.ts';
import { serviceResource, unitName, unitNameParam } from './unit-name.ts';
import { inspectUnit, isActive } from './unit-properties.ts';

interface State {
  readonly active: boolean;
}
interface Change {
  readonly unit: string;
  readonly active: boolean;
}

export default defineAction({
  name: 'service.restarted',
  summary: 'A systemd unit was started anew in this run, whatever it was before; a gate says when that is wanted.',
  params: {
    type: 'object',
    properties: { name: { ...unitNameParam, description: 'Unit; .service may be left out' } },
    required: ['name'],
  },
  reads: ({ name }) => [serviceResource(name)],
  touches: ({ unit }) => [serviceResource(unit)],
  async inspect(host, { name }) {
    const unit = unitName(name);
    const seen = await inspectUnit(host, unit);
    if (seen instanceof Unknown) return seen;
    if (seen.loadState !== 'loaded') return unreadable(`${unit} cannot be restarted: it is ${seen.loadState}`);
    return { active: isActive(seen.activeState) };
  },
  diff: (state: State, { name }): Change => ({ unit: unitName(name), active: state.active }),
  describe: ({ unit, active }) => `${unit}: ${active ? 'running → restarted' : 'stopped → started'}`,
  apply: ({ unit }) => [{ argv: ['systemctl', 'restart', '--', unit] }],
  // A restart cannot be seen afterwards from the unit's state alone.
  converges: false,
  rollback: undo(({ unit }: Change, before: State) =>
    before.active ? [] : [{ argv: ['systemctl', 'stop', '--', unit] }],
  ),
});
