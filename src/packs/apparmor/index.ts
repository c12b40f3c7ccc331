import type { Pack } from '../../model/pack.ts';
import denials from './apparmor-denials-probe.ts';
import localRule from './apparmor-local-rule-action.ts';
import status from './apparmor-status-probe.ts';

/** AppArmor: whether it is on, what it refuses, and one rule more where that is wrong. */
export const apparmorPack: Pack = { name: 'apparmor', probes: [status, denials], actions: [localRule] };
