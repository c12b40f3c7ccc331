// Settings of the command line that lie in files.

import type { GivenSetting, SettingKind } from '../load/settings-file.ts';
import type { Checked } from '../model/diagnostic.ts';

export type { GivenSetting, SettingKind } from '../load/settings-file.ts';

/** Reads a `mendgate.yaml`. */
export async function readSettings(
  file: string,
  kinds: ReadonlyMap<string, SettingKind>,
): Promise<Checked<ReadonlyMap<string, GivenSetting>>> {
  const { readSettingsFile } = await import('../load/settings-file.ts');
  return readSettingsFile(file, kinds);
}
