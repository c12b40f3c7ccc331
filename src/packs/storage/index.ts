import type { Pack } from '../../model/pack.ts';
import deletedOpen from './disk-deleted-open-probe.ts';
import largest from './disk-largest-probe.ts';
import usage from './disk-usage-probe.ts';
import journal from './journal-usage-probe.ts';
import compressed from './log-compressed-action.ts';
import logs from './log-files-probe.ts';
import rotation from './logrotate-status-probe.ts';

/** What fills a file system: files, deleted files that are still open, logs and their rotation. */
export const storagePack: Pack = {
  name: 'storage',
  probes: [usage, largest, deletedOpen, logs, journal, rotation],
  actions: [compressed],
};
