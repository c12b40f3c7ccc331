import { type Fields, text, words } from '../core/fields.ts';

/** A line of /proc/swaps. */
export interface ActiveSwap {
  readonly device: string;
  readonly size: number;
  readonly used: number;
}

/** A swap device that /etc/fstab names and that is off. */
export interface IdleSwap {
  /** As fstab names it: /swapfile, UUID=… */
  readonly device: string;
  /** pri= of its options; -1 without. */
  readonly priority: number;
}

const unquoted = (text: string) =>
  text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));

/** Sizes in bytes. */
export function readSwaps(text: string): readonly ActiveSwap[] {
  return text.split('\n').flatMap((line) => {
    const [, device, size, used] = /^(\/\S+)\s+\w+\s+(\d{1,15})\s+(\d{1,15})\s/.exec(`${line} `) ?? [];
    return device === undefined
      ? []
      : [
          {
            device: unquoted(device.replace(/\\040\(deleted\)$/, '')),
            size: Number(size) * 1024,
            used: Number(used) * 1024,
          },
        ];
  });
}

/**
 * Devices that fstab wants on and that are off. `noauto` ones are meant to be; so are those that do not exist here, for that is
 * another fault (`absent`).
 */
export function readIdle(
  fstab: string,
  real: ReadonlyMap<string, string>,
  active: readonly ActiveSwap[],
): { readonly idle: readonly IdleSwap[]; readonly absent: readonly string[] } {
  const entries = fstab.split('\n').flatMap((line) => {
    const [device = '', , type, options = ''] = line.trim().split(/\s+/);
    if (device === '' || device.startsWith('#') || type !== 'swap' || options.split(',').includes('noauto')) return [];
    return [
      {
        device,
        path: real.get(device) ?? '',
        priority: Number(/(?:^|,)pri=(\d{1,5})(?:,|$)/.exec(options)?.[1] ?? '-1'),
      },
    ];
  });
  const on = new Set(active.map(({ device }) => device));
  return {
    idle: entries
      .filter(({ path, device }) => path !== '' && !on.has(path) && !on.has(unquoted(device)))
      .map(({ device, priority }) => ({ device, priority })),
    absent: entries.filter(({ path }) => path === '').map(({ device }) => device),
  };
}

/** What `stateScript` tells of swap. */
export function swapState(fields: Fields) {
  const decoded = (name: string) => words(fields, name).map((hex) => Buffer.from(hex, 'hex').toString('utf8'));
  const paths = decoded('real');
  const real = new Map(decoded('device').map((device, at) => [device, paths[at] ?? '']));
  const active = readSwaps(text(fields, 'swaps') ?? '');
  return { active, ...readIdle(text(fields, 'fstab') ?? '', real, active) };
}
