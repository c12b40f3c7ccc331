import type { Pack } from '../../model/pack.ts';
import sync from './time-sync-probe.ts';

/** The host's clock: what keeps it, and how far it is off. */
export const timePack: Pack = { name: 'time', probes: [sync], actions: [] };
