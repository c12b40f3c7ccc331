import { parseShow, property } from '../core/show.ts';
import { isActive } from '../core/unit-properties.ts';

export type Kind = 'chrony' | 'timesyncd' | 'ntp' | 'openntpd';

/** The units that keep a clock, under all names that distributions give them. */
const kinds: Readonly<Record<string, Kind>> = {
  'chronyd.service': 'chrony',
  'chrony.service': 'chrony',
  'ntpd.service': 'ntp',
  'ntp.service': 'ntp',
  'ntpsec.service': 'ntp',
  'openntpd.service': 'openntpd',
  // The last: it yields to the others, so it never speaks for the host where one of them runs.
  'systemd-timesyncd.service': 'timesyncd',
};
export const daemonUnits: readonly string[] = Object.keys(kinds);

export interface Daemons {
  /** There, whatever their state; masked ones are not among them. */
  readonly installed: readonly string[];
  readonly masked: readonly string[];
  readonly running: readonly string[];
  /** Which one to start where none runs: the only one enabled, else the only one there; empty when that is a person's choice. */
  readonly starter: string;
  /** Of the first that runs. */
  readonly kind: Kind | undefined;
}

/** Reads `systemctl show` of `daemonUnits`; aliases of one unit are one. Absent when systemd did not answer. */
export function readDaemons(shown: string): Daemons | undefined {
  const units = parseShow(shown).map((unit) => ({
    name: property(unit, 'Id'),
    load: property(unit, 'LoadState'),
    active: isActive(property(unit, 'ActiveState')),
    enabled: property(unit, 'UnitFileState') === 'enabled',
  }));
  if (units.length === 0 || units.some(({ load }) => load === '')) return undefined;
  const once = units.filter(({ name }, at) => units.findIndex((other) => other.name === name) === at);
  const names = (of: typeof once): readonly string[] => of.map(({ name }) => name);
  const installed = once.filter(({ load }) => load === 'loaded');
  const enabled = installed.filter((unit) => unit.enabled);
  const running = installed.filter(({ active }) => active);
  const [only] = enabled.length === 1 ? enabled : installed.length === 1 ? installed : [];
  return {
    installed: names(installed),
    masked: names(once.filter(({ load }) => load === 'masked')),
    running: names(running),
    starter: running.length === 0 ? (only?.name ?? '') : '',
    kind: kinds[running[0]?.name ?? ''],
  };
}
