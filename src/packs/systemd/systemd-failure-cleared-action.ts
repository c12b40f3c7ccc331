import { defineAction, nothing } from '../../model/action.ts';
import { Unknown } from '../../model/unknown.ts';
import { serviceResource, unitName, unitNameParam } from '../core/unit-name.ts';
import { inspectUnit } from '../core/unit-properties.ts';

interface State {
  readonly failed: boolean;
}
interface Change {
  readonly unit: string;
}

export default defineAction({
  name: 'systemd.failure_cleared',
  summary: 'A unit no longer counts as failed, and systemd counts its starts anew: it may be started at once.',
  params: {
    type: 'object',
    properties: { name: { ...unitNameParam, description: 'Unit; .service may be left out' } },
    required: ['name'],
  },
  reads: ({ name }) => [serviceResource(name)],
  touches: ({ unit }: Change) => [serviceResource(unit)],
  async inspect(host, { name }): Promise<State | Unknown> {
    const seen = await inspectUnit(host, unitName(name));
    return seen instanceof Unknown ? seen : { failed: seen.activeState === 'failed' };
  },
  diff: ({ failed }: State, { name }): Change | undefined => (failed ? { unit: unitName(name) } : undefined),
  // What is done to a unit before this leaves it failed: only a start ends that.
  diffAfter: ({ failed }: State, { name }): Change | undefined => (failed ? { unit: unitName(name) } : undefined),
  describe: ({ unit }: Change) => `${unit}: failed → may be started again`,
  apply: ({ unit }: Change) => [{ argv: ['systemctl', 'reset-failed', '--', unit] }],
  rollback: nothing('how it failed stays in the journal'),
  same: () => true,
});
