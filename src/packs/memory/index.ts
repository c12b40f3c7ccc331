import type { Pack } from '../../model/pack.ts';
import kills from './memory-kills-probe.ts';
import state from './memory-state-probe.ts';
import swap from './memory-swap-action.ts';

/** Memory and swap: what is left, who was killed for want of it, and swap that is off. */
export const memoryPack: Pack = { name: 'memory', probes: [state, kills], actions: [swap] };
