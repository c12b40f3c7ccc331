import { defineAction, type ForeseenProbe, undo } from '../../model/action.ts';
import type { Command } from '../../model/command.ts';
import { isObject, type Json } from '../../model/json.ts';
import { unreadable } from '../../model/probe.ts';
import { overlaps } from '../../model/resource.ts';
import { Unknown } from '../../model/unknown.ts';
import { serviceResource, unitFileResources, unitName, unitNameParam } from './unit-name.ts';
import { inspectUnit, isActive, isEnabled, isInstallable } from './unit-properties.ts';

interface State {
  readonly active: boolean;
  readonly enabled: boolean;
}
interface Change {
  readonly unit: string;
  readonly active?: boolean;
  readonly enabled?: boolean;
}

export default defineAction({
  name: 'service.state',
  summary: 'A systemd unit is started or stopped, and starts at boot or does not.',
  params: {
    type: 'object',
    properties: {
      name: { ...unitNameParam, description: 'Unit; .service may be left out' },
      state: { type: 'string', enum: ['started', 'stopped'], description: 'Whether it runs; default: as it is' },
      enabled: { type: 'boolean', description: 'Whether it starts at boot; default: as it is' },
    },
    required: ['name'],
  },
  reads: ({ name }) => [serviceResource(name), ...unitFileResources(name)],
  touches: ({ unit }) => [serviceResource(unit)],
  async inspect(host, { name, state, enabled }) {
    const unit = unitName(name);
    const seen = await inspectUnit(host, unit);
    if (seen instanceof Unknown) return seen;
    const wantsMore = state === 'started' || enabled === true;
    if (seen.loadState === 'not-found' && wantsMore) {
      return unreadable(`there is no unit ${unit} on this host: is its package installed?`);
    }
    if (seen.loadState === 'masked' && wantsMore)
      return unreadable(`${unit} is masked: a person must decide (systemctl unmask)`);
    if (enabled === true && !isInstallable(seen.fileState)) {
      return unreadable(
        `${unit} cannot be enabled: its unit file is ${seen.fileState || 'missing'} (no [Install] section)`,
      );
    }
    return { active: isActive(seen.activeState), enabled: isEnabled(seen.fileState) };
  },
  diff: (state: State, params): Change | undefined => changeOf(state, params),
  // The exact unit was touched by service.*, which leaves what is asked for here to this call; anything wider may have
  // changed all of it, and then starting or enabling once more does no harm.
  diffAfter(state: State, params, touched): Change | undefined {
    const own = serviceResource(params.name);
    const wider = touched.some((resource) => resource !== own && overlaps(resource, own));
    return wider ? everythingAsked(params) : changeOf(state, params);
  },
  describe({ unit, active, enabled }) {
    const parts = [
      ...(active === undefined ? [] : [active ? 'stopped → started' : 'started → stopped']),
      ...(enabled === undefined ? [] : [enabled ? 'disabled → enabled' : 'enabled → disabled']),
    ];
    return `${unit}: ${parts.join(', ')}`;
  },
  predict: predictEnabled,
  apply: (change) => setUnit(change.unit, change),
  rollback: undo(({ unit, active, enabled }: Change, before: State) =>
    setUnit(unit, {
      ...(active === undefined ? {} : { active: before.active }),
      ...(enabled === undefined ? {} : { enabled: before.enabled }),
    }),
  ),
});

interface Asked {
  readonly name: string;
  readonly state?: 'started' | 'stopped';
  readonly enabled?: boolean;
}

function changeOf(state: State, params: Asked): Change | undefined {
  const active = params.state === undefined ? state.active : params.state === 'started';
  const enabled = params.enabled ?? state.enabled;
  if (active === state.active && enabled === state.enabled) return undefined;
  return {
    unit: unitName(params.name),
    ...(active === state.active ? {} : { active }),
    ...(enabled === state.enabled ? {} : { enabled }),
  };
}

function everythingAsked({ name, state, enabled }: Asked): Change | undefined {
  if (state === undefined && enabled === undefined) return undefined;
  return {
    unit: unitName(name),
    ...(state === undefined ? {} : { active: state === 'started' }),
    ...(enabled === undefined ? {} : { enabled }),
  };
}

function setUnit(unit: string, wanted: Omit<Change, 'unit'>): readonly Command[] {
  const call = (verb: string): Command => ({ argv: ['systemctl', verb, '--', unit] });
  return [
    ...(wanted.enabled === undefined ? [] : [call(wanted.enabled ? 'enable' : 'disable')]),
    ...(wanted.active === undefined ? [] : [call(wanted.active ? 'start' : 'stop')]),
  ];
}

/** Enabling alone is certain; a start brings a pid, a time and perhaps a failure that nobody knows beforehand. */
function predictEnabled(change: Change, probe: ForeseenProbe): Json | undefined {
  if (probe.name !== 'systemd.unit' || !isObject(probe.now) || probe.now['name'] !== change.unit) return undefined;
  if (change.active !== undefined || change.enabled === undefined) return undefined;
  return { ...probe.now, enabled: change.enabled, unit_file_state: change.enabled ? 'enabled' : 'disabled' };
}
