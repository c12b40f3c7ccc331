import type { Inspector } from '../../model/probe.ts';
import { unreadable } from '../../model/probe.ts';
import type { Unknown } from '../../model/unknown.ts';
import { firstLine, whyNot } from './why-not.ts';

/** What is asked of a unit; all are known to systemd 219 (EL7) and later, or left out there. */
const unitPropertyNames = [
  'LoadState',
  'ActiveState',
  'SubState',
  'UnitFileState',
  'Result',
  'NRestarts',
  'MainPID',
  'ActiveEnterTimestamp',
  'StateChangeTimestamp',
  'ReloadResult',
  'FragmentPath',
  'SourcePath',
  'DropInPaths',
  'EnvironmentFiles',
  'NeedDaemonReload',
  'CanReload',
] as const;

/** The call that prints them, one `Name=value` on a line; TZ makes its times readable everywhere. */
export const showUnit = `TZ=UTC systemctl show -p ${unitPropertyNames.join(',')} -- "$unit"`;

export interface UnitProperties {
  /** `loaded`, `not-found`, `masked`, `error`, … */
  readonly loadState: string;
  /** `active`, `inactive`, `failed`, `activating`, … */
  readonly activeState: string;
  readonly subState: string;
  /** `enabled`, `disabled`, `static`, `masked`, …; empty where there is no unit file. */
  readonly fileState: string;
  readonly result: string;
  readonly restarts: number;
  readonly mainPid: number;
  /** Epoch seconds; absent when it never was active on this boot. */
  readonly started?: number;
  /** Epoch seconds of the last change of state, which the end of a reload is one of. */
  readonly stateChanged?: number;
  readonly reloadResult: string;
  readonly fragmentPath: string;
  /** Unit file, its source, drop-ins. */
  readonly unitFiles: readonly string[];
  readonly environmentFiles: readonly string[];
  /** Unit files differ from what systemd has loaded. */
  readonly needReload: boolean;
  readonly canReload: boolean;
}

/** Reads `systemctl show`; absent when it is not that. */
export function parseUnit(output: string): UnitProperties | undefined {
  const values = new Map<string, string[]>();
  for (const line of output.split('\n', 1000)) {
    const match = /^([A-Za-z]{1,40})=(.*)$/.exec(line);
    if (match?.[1] === undefined) continue;
    values.set(match[1], [...(values.get(match[1]) ?? []), match[2] ?? '']);
  }
  const value = (name: (typeof unitPropertyNames)[number]): string => values.get(name)?.[0] ?? '';
  const loadState = value('LoadState');
  const activeState = value('ActiveState');
  if (loadState === '' || activeState === '') return undefined;
  const started = parseTimestamp(value('ActiveEnterTimestamp'));
  const stateChanged = parseTimestamp(value('StateChangeTimestamp'));
  return {
    loadState,
    activeState,
    subState: value('SubState'),
    fileState: value('UnitFileState'),
    result: value('Result'),
    restarts: count(value('NRestarts')),
    mainPid: count(value('MainPID')),
    ...(started === undefined ? {} : { started }),
    ...(stateChanged === undefined ? {} : { stateChanged }),
    reloadResult: value('ReloadResult'),
    fragmentPath: value('FragmentPath'),
    unitFiles: [value('FragmentPath'), value('SourcePath'), ...value('DropInPaths').split(' ')].filter(isPath),
    environmentFiles: (values.get('EnvironmentFiles') ?? [])
      .map((file) => file.replace(/ \(ignore_errors=(?:yes|no)\)$/, ''))
      .filter(isPath),
    needReload: value('NeedDaemonReload') === 'yes',
    canReload: value('CanReload') === 'yes',
  };
}

function isPath(text: string): boolean {
  return text.startsWith('/');
}

function count(text: string): number {
  return /^\d{1,15}$/.test(text) ? Number(text) : 0;
}

/** `Fri 2026-11-20 22:04:01 UTC` → epoch seconds; `n/a`, `0` and the empty text are no time. */
export function parseTimestamp(text: string): number | undefined {
  const match = /^\w{3} (\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.\d{1,9})? UTC$/.exec(text);
  if (match === null) return undefined;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
}

/** Whether a unit in that state is running, as far as starting and stopping are concerned. */
export function isActive(activeState: string): boolean {
  return activeState === 'active' || activeState === 'reloading';
}

/** `enabled` at every boot; `enabled-runtime` is not. */
export function isEnabled(fileState: string): boolean {
  return fileState === 'enabled';
}

/** Whether the unit file has an [Install] section that `systemctl enable` can act on. */
export function isInstallable(fileState: string): boolean {
  return ['enabled', 'enabled-runtime', 'disabled', 'indirect', 'linked', 'linked-runtime'].includes(fileState);
}

/** Reads one unit's properties in one round trip. */
export async function inspectUnit(host: Inspector, unit: string): Promise<UnitProperties | Unknown> {
  const answer = await host.run({ script: showUnit, variables: { unit } });
  if (answer.rc === 127) return unreadable(`cannot look at ${unit}: this host has no systemd (systemctl)`);
  if (answer.rc !== 0 || answer.truncated) return unreadable(whyNot(answer, `cannot look at ${unit}`));
  return (
    parseUnit(answer.stdout) ??
    unreadable(`cannot look at ${unit}: ${firstLine(answer.stdout) || 'systemctl said nothing'}`)
  );
}
