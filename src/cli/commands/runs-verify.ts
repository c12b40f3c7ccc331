import { readFile } from 'node:fs/promises';
import { checkExport, type Event, safeLine, safeText } from '../../index.ts';
import { plural } from '../diagnostics.ts';
import { exit, UsageError } from '../exit.ts';
import type { Io } from '../io.ts';
import { damageText, keptRun } from '../kept-run.ts';
import type { StateOptions } from '../options.ts';

/** `runs verify`: whether a journal, or an exported run, is as it was written. 0: it is; 2: it is not. */
export async function runsVerify(io: Io, name: string, options: StateOptions): Promise<number> {
  if (/\.(?:tgz|tar\.gz)$/.test(name)) return verifyExport(io, name);
  const kept = await keptRun(io, name, options);
  const { run, events, tornBytes, damage } = kept;
  if (damage !== undefined) {
    io.stdout.write(`${run}: damaged\n`);
    io.stderr.write(`${safeText(damageText(kept))}\n`);
    return exit.failed;
  }
  if (events.length === 0) {
    io.stdout.write(`${run}: empty: nothing was begun\n`);
    return exit.ok;
  }
  io.stdout.write(`${run}: whole: ${describe(events)}\n`);
  if (tornBytes > 0) {
    io.stdout.write(
      `its last line was never finished (${plural(tornBytes, 'byte')}); going on with the run cuts it off\n`,
    );
  }
  return exit.ok;
}

function describe(events: readonly Event[]): string {
  const last = events.at(-1);
  const end = last?.type === 'run.finished' ? `exit ${last.exitCode}` : 'no end: it broke off, or is under way';
  return `${plural(events.length, 'record')}, ${end}`;
}

async function verifyExport(io: Io, file: string): Promise<number> {
  const checked = await checkExport(await readExport(file));
  if (checked.kind === 'damaged') {
    io.stdout.write(`${safeLine(file)}: damaged\n`);
    io.stderr.write(`${safeLine(checked.what)}\n`);
    return exit.failed;
  }
  const { manifest, events, sha256 } = checked;
  const [started] = events;
  const by = started?.type === 'run.started' && started.request !== undefined ? ` by ${started.request.operator}` : '';
  const lines = [
    `${manifest.run}${by}: whole: ${describe(events)}`,
    `${sha256}  ${file}`,
    ...manifest.files.map(({ name }) => `  ${name}`),
    ...(manifest.withoutRunbook === undefined ? [] : [`without the runbook: ${manifest.withoutRunbook}`]),
  ];
  io.stdout.write(lines.map((line) => `${safeLine(line)}\n`).join(''));
  return exit.ok;
}

async function readExport(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new UsageError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
