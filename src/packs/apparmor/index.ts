import type { Pack } from '../../model/pack.ts';
import denials from './apparmor-denials-probe.ts';
import localRule from './apparmor-local-rule-action.ts';

/** AppArmor: what it refuses, and one rule more where that is wrong. */
export const apparmorPack: Pack = { name: 'apparmor', probes: [denials], actions: [localRule] };
