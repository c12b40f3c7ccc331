import type { Pack } from '../../model/pack.ts';
import accessProbe from './access-probe.ts';
import booleanAction from './boolean-action.ts';
import booleanProbe from './boolean-probe.ts';
import booleansProbe from './booleans-probe.ts';
import contextProbe from './context-probe.ts';
import denialsProbe from './denials-probe.ts';
import fcontextAction from './fcontext-action.ts';
import moduleAction from './module-action.ts';
import moduleProbe from './module-probe.ts';
import portAction from './port-action.ts';
import portProbe from './port-probe.ts';
import portUsersProbe from './port-users-probe.ts';
import refusedProbe from './refused-probe.ts';
import remediesProbe from './remedies-probe.ts';
import statusProbe from './status-probe.ts';

/** SELinux: what it denied, what it would allow, which remedy reaches least, and the changes that make it so. */
export const selinuxPack: Pack = {
  name: 'selinux',
  probes: [
    statusProbe,
    accessProbe,
    booleanProbe,
    booleansProbe,
    portProbe,
    portUsersProbe,
    contextProbe,
    denialsProbe,
    remediesProbe,
    refusedProbe,
    moduleProbe,
  ],
  actions: [booleanAction, portAction, fcontextAction, moduleAction],
};
