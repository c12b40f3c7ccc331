import type { Option } from 'commander';
import { safeLine } from '../../index.ts';
import { exit, UsageError } from '../exit.ts';
import type { Io } from '../io.ts';
import { isUrl, notifyTargets } from '../notify.ts';
import { type FoundSetting, findSettings, settings, settled, variableOf } from '../settings.ts';

/**
 * `config show`: every setting, its value, and where that comes from. What a command would refuse is said, and ends as there.
 * `known`: options of the commands that settings are for.
 */
export async function configShow(
  io: Io,
  known: readonly Option[],
  { json }: { readonly json?: boolean },
): Promise<number> {
  const found = await findSettings(io);
  const options = new Map(known.map((option) => [option.long?.slice(2) ?? '', option]));
  const rows = [...settings.keys()].map((name) => {
    const setting = found.get(name);
    const fallback = options.get(name)?.defaultValue as unknown;
    if (setting !== undefined)
      return {
        name,
        value: setting.flag === undefined ? setting.texts.map(withoutPassword).join(' ') : String(setting.flag),
        from: setting.from,
      };
    return { name, value: Array.isArray(fallback) || fallback === undefined ? '' : String(fallback), from: 'default' };
  });
  if (json) io.stdout.write(`${JSON.stringify(rows, undefined, 2)}\n`);
  else for (const row of rows) io.stdout.write(`${line(row)}\n`);
  const variables = new Set([...settings.keys()].map(variableOf));
  const strange = Object.keys(io.env).filter(
    (name) => /^MENDGATE_/.test(name) && name !== 'MENDGATE_CONFIG' && !variables.has(name),
  );
  for (const name of strange) io.stderr.write(`note: ${safeLine(name)} is no setting\n`);
  const problems = [...found].flatMap(([name, setting]) => problemOf(io, options.get(name), setting) ?? []);
  for (const problem of problems) io.stderr.write(`mendgate: ${safeLine(problem)}\n`);
  return problems.length === 0 ? exit.ok : exit.usage;
}

/** Of a URL to notify: who follows on the screen need not know it. */
function withoutPassword(text: string): string {
  if (!isUrl(text) || !URL.canParse(text)) return text;
  const url = new URL(text);
  if (url.password === '') return text;
  url.password = '***';
  return url.href;
}

/** What a command says to this setting before it does anything. */
function problemOf(io: Io, option: Option | undefined, setting: FoundSetting): string | undefined {
  if (option === undefined) return undefined;
  try {
    settled(option, setting);
    if (option.long === '--notify') notifyTargets(io, setting.texts);
    return undefined;
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
}

function line({ name, value, from }: { readonly name: string; readonly value: string; readonly from: string }): string {
  return safeLine(`${name.padEnd(26)}${(value === '' ? '–' : value).padEnd(30)}  ${from}`);
}
