import type { Pack } from '../../model/pack.ts';
import current from './sshd-current-action.ts';
import drift from './sshd-drift-probe.ts';
import login from './sshd-login-probe.ts';

/** sshd: its effective settings, who came in how, and loading what its files say. */
export const sshdPack: Pack = { name: 'sshd', probes: [drift, login], actions: [current] };
