import type { Pack } from '../../model/pack.ts';
import current from './systemd-current-action.ts';
import cleared from './systemd-failure-cleared-action.ts';
import failure from './systemd-failure-probe.ts';

/** systemd units that do not run: why, and what stands in the way of a start. */
export const systemdPack: Pack = { name: 'systemd', probes: [failure], actions: [current, cleared] };
