import type { Command } from 'commander';
import { safeLine } from '../../index.ts';
import { exit } from '../exit.ts';
import type { Io } from '../io.ts';
import { findSettings, settings, variableOf } from '../settings.ts';

/** `config show`: every setting, its value, and where that comes from. */
export async function configShow(io: Io, program: Command, { json }: { readonly json?: boolean }): Promise<number> {
  const found = await findSettings(io);
  const rows = [...settings.keys()].map((name) => {
    const setting = found.get(name);
    const fallback = program.commands
      .flatMap((command) => command.options)
      .find((option) => option.long === `--${name}`)?.defaultValue as unknown;
    if (setting !== undefined)
      return {
        name,
        value: setting.flag === undefined ? setting.texts.join(' ') : String(setting.flag),
        from: setting.from,
      };
    return { name, value: Array.isArray(fallback) || fallback === undefined ? '' : String(fallback), from: 'default' };
  });
  if (json) io.stdout.write(`${JSON.stringify(rows, undefined, 2)}\n`);
  else for (const row of rows) io.stdout.write(`${line(row)}\n`);
  const known = new Set([...settings.keys()].map(variableOf));
  const strange = Object.keys(io.env).filter(
    (name) => /^MENDGATE_/.test(name) && name !== 'MENDGATE_CONFIG' && !known.has(name),
  );
  for (const name of strange) io.stderr.write(`note: ${safeLine(name)} is no setting\n`);
  return exit.ok;
}

function line({ name, value, from }: { readonly name: string; readonly value: string; readonly from: string }): string {
  return safeLine(`${name.padEnd(26)}${(value === '' ? '–' : value).padEnd(30)}  ${from}`);
}
