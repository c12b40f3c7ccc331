import { didYouMean } from '../expr/suggest.ts';
import type { Checked } from '../model/diagnostic.ts';
import { isObject } from '../model/json.ts';
import { createFindings, fileStart } from './inventory/place.ts';
import { readSource } from './inventory/read-file.ts';
import { parseYaml, saysNothing } from './parse-yaml.ts';

/** What a setting holds: one text, several of them, or yes and no. */
export type SettingKind = 'one' | 'many' | 'flag';

/** A setting of a file: its texts, or its flag, and the line that it stands in. */
export interface GivenSetting {
  readonly texts: readonly string[];
  readonly flag?: boolean;
  readonly line: number;
}

/** The settings in a `mendgate.yaml`: a mapping of the names that `kinds` knows. */
export async function readSettingsFile(
  file: string,
  kinds: ReadonlyMap<string, SettingKind>,
): Promise<Checked<ReadonlyMap<string, GivenSetting>>> {
  const findings = createFindings();
  const source = await readSource(file);
  if ('message' in source) {
    findings.error(fileStart(file), 'settings/unreadable', source);
    return { diagnostics: findings.all };
  }
  if (saysNothing(source.text)) return { value: new Map(), diagnostics: [] };
  const parsed = parseYaml(source);
  if (parsed.value === undefined) return { diagnostics: parsed.diagnostics };
  const { value, rangeOf } = parsed.value;
  const settings = new Map<string, GivenSetting>();
  if (!isObject(value)) {
    findings.error({ source, range: () => rangeOf([]) }, 'settings/wrong-type', {
      message: 'settings are a mapping, like `forks: 10`',
    });
  }
  for (const [name, given] of Object.entries(isObject(value) ? value : {})) {
    const kind = kinds.get(name);
    if (kind === undefined) {
      const help = didYouMean(name, kinds.keys()) ?? `known here: ${[...kinds.keys()].join(', ')}`;
      findings.error({ source, range: () => rangeOf([name], 'key') }, 'settings/unknown', {
        message: `unknown setting \`${name}\``,
        help,
      });
      continue;
    }
    const setting = settingOf(kind, given);
    const wanted = { one: 'a text or a number', many: 'a text, or a list of texts', flag: 'true or false' }[kind];
    if (setting === undefined)
      findings.error({ source, range: () => rangeOf([name]) }, 'settings/wrong-type', {
        message: `\`${name}\` must be ${wanted}`,
      });
    else settings.set(name, { ...setting, line: rangeOf([name], 'key').line });
  }
  return findings.all.length > 0 ? { diagnostics: findings.all } : { value: settings, diagnostics: [] };
}

function settingOf(kind: SettingKind, given: unknown): Omit<GivenSetting, 'line'> | undefined {
  if (kind === 'flag') return typeof given === 'boolean' ? { texts: [], flag: given } : undefined;
  const list = kind === 'many' && Array.isArray(given) ? given : [given];
  const texts = list.flatMap((each: unknown) =>
    typeof each === 'string' || typeof each === 'number' ? [String(each)] : [],
  );
  return texts.length === list.length && list.length > 0 ? { texts } : undefined;
}
