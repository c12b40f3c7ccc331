import type { Pack } from '../../model/pack.ts';
import coreCommandAction from './core-command-action.ts';
import coreCommandProbe from './core-command-probe.ts';
import coreFactsProbe from './core-facts-probe.ts';
import coreScriptAction from './core-script-action.ts';
import coreScriptProbe from './core-script-probe.ts';
import fileAccessProbe from './file-access-probe.ts';
import fileAclAction from './file-acl-action.ts';
import fileContentAction from './file-content-action.ts';
import fileContentProbe from './file-content-probe.ts';
import fileLineAction from './file-line-action.ts';
import fileModeAction from './file-mode-action.ts';
import fileStatProbe from './file-stat-probe.ts';
import httpJsonProbe from './http-json-probe.ts';
import httpRequestProbe from './http-request-probe.ts';
import netRouteProbe from './net-route-probe.ts';
import packageInstalledAction from './package-installed-action.ts';
import packageInstalledProbe from './package-installed-probe.ts';
import serviceFreshAction from './service-fresh-action.ts';
import serviceRestartedAction from './service-restarted-action.ts';
import serviceStateAction from './service-state-action.ts';
import systemdUnitProbe from './systemd-unit-probe.ts';
import tcpConnectProbe from './tcp-connect-probe.ts';

/** Commands, files, services, packages, the network: what every host has. */
export const corePack: Pack = {
  name: 'core',
  probes: [
    coreCommandProbe,
    coreScriptProbe,
    coreFactsProbe,
    fileStatProbe,
    fileContentProbe,
    fileAccessProbe,
    httpRequestProbe,
    httpJsonProbe,
    tcpConnectProbe,
    systemdUnitProbe,
    packageInstalledProbe,
    netRouteProbe,
  ],
  actions: [
    coreCommandAction,
    coreScriptAction,
    fileContentAction,
    fileLineAction,
    fileModeAction,
    fileAclAction,
    packageInstalledAction,
    serviceStateAction,
    serviceFreshAction,
    serviceRestartedAction,
  ],
};
