import { defineAction, nothing } from '../../model/action.ts';
import { Unknown } from '../../model/unknown.ts';
import { serviceResource, unitFileResources, unitName, unitNameParam } from '../core/unit-name.ts';
import { inspectUnit } from '../core/unit-properties.ts';

interface State {
  readonly needReload: boolean;
}
interface Change {
  readonly unit: string;
}

export default defineAction({
  name: 'systemd.current',
  summary: 'systemd has loaded a unit’s files as they are on disk; a running unit goes on as it was started.',
  params: {
    type: 'object',
    properties: { name: { ...unitNameParam, description: 'Unit; .service may be left out' } },
    required: ['name'],
  },
  reads: ({ name }) => [serviceResource(name), ...unitFileResources(name)],
  // A reload reads all units' files.
  touches: () => ['service'],
  async inspect(host, { name }): Promise<State | Unknown> {
    const seen = await inspectUnit(host, unitName(name));
    return seen instanceof Unknown ? seen : { needReload: seen.needReload };
  },
  diff: ({ needReload }: State, { name }): Change | undefined => (needReload ? { unit: unitName(name) } : undefined),
  describe: ({ unit }: Change) =>
    `${unit}: systemd loads its files anew (daemon-reload; other units' changed files too)`,
  apply: () => [{ argv: ['systemctl', 'daemon-reload'] }],
  rollback: nothing('systemd can only load what is on disk'),
  // The undo of others in the same step may have written the files again.
  same: () => true,
});
