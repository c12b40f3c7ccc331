import type { Rule } from '../rule.ts';
import apparmorOff from './apparmor-off.ts';
import audit2allow from './audit2allow.ts';
import auditdOff from './auditd-off.ts';
import bareAll from './bare-all.ts';
import booleanNotPersistent from './boolean-not-persistent.ts';
import cannotUndo from './cannot-undo.ts';
import chcon from './chcon.ts';
import firewallOff from './firewall-off.ts';
import hostKey from './host-key.ts';
import mutatingProbe from './mutating-probe.ts';
import nginxAsRoot from './nginx-as-root.ts';
import noVerify from './no-verify.ts';
import permissiveDomain from './permissive-domain.ts';
import policySwitchedOff from './policy-switched-off.ts';
import portType from './port-type.ts';
import recursiveDelete from './recursive-delete.ts';
import relabelAll from './relabel-all.ts';
import remoteCode from './remote-code.ts';
import runtimeOwner from './runtime-owner.ts';
import selinuxOff from './selinux-off.ts';
import semanageDeleteAll from './semanage-delete-all.ts';
import setenforce from './setenforce.ts';
import staleGate from './stale-gate.ts';
import unquotedData from './unquoted-data.ts';
import unreachableConclusion from './unreachable-conclusion.ts';
import unreachableStep from './unreachable-step.ts';
import unreviewedModule from './unreviewed-module.ts';
import untrustedLog from './untrusted-log.ts';
import unusedParam from './unused-param.ts';
import unusedProbe from './unused-probe.ts';
import { waiver, waiverExpired, waiverUnused } from './waiver.ts';
import wideBoolean from './wide-boolean.ts';
import worldWritable from './world-writable.ts';

/** Everything that lint looks for: the shape of runbooks first, then what no runbook should run. */
export const rules: readonly Rule[] = [
  noVerify,
  cannotUndo,
  mutatingProbe,
  untrustedLog,
  unquotedData,
  unusedParam,
  unusedProbe,
  unreachableConclusion,
  unreachableStep,
  staleGate,
  bareAll,
  setenforce,
  selinuxOff,
  permissiveDomain,
  audit2allow,
  unreviewedModule,
  policySwitchedOff,
  chcon,
  booleanNotPersistent,
  wideBoolean,
  portType,
  semanageDeleteAll,
  relabelAll,
  apparmorOff,
  worldWritable,
  runtimeOwner,
  nginxAsRoot,
  auditdOff,
  firewallOff,
  remoteCode,
  recursiveDelete,
  hostKey,
  waiver,
  waiverExpired,
  waiverUnused,
];

/** A rule by its id, with or without `lint/`. */
export function findRule(name: string): Rule | undefined {
  return rules.find(({ id }) => id === name || id === `lint/${name}`);
}
