import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Life } from './life.ts';
import { resultsPage } from './results-page.ts';
import { resultsTable } from './results-table.ts';
import { runningGuests } from './running-guests.ts';
import { loadScenarios } from './scenario.ts';
import { provideSnapshot } from './snapshot.ts';

const smoke = process.env['LAB_SMOKE'] === '1';
const livesFolder = process.env['LAB_LIVES'];
/** What LAB_LIVES holds of earlier runs stays; a scenario that lives again takes the place of its earlier life. */
const adding = process.env['LAB_ADD'] === '1';

/**
 * vitest's global setup: images and snapshots are built here, where nothing waits for them with a deadline, and what killed runs left is swept
 * away. The function it gives prints, when all workers have ended, what the lives came to.
 */
export default async function setUp(): Promise<() => Promise<void>> {
  const scenarios = await loadScenarios();
  const kinds = new Set(scenarios.filter((scenario) => scenario.smoke || !smoke).map((scenario) => scenario.guest));
  await runningGuests();
  for (const kind of kinds) await provideSnapshot(kind, (line) => process.stdout.write(`${line}\n`));
  if (livesFolder !== undefined && !adding) await rm(livesFolder, { recursive: true, force: true });
  return async () => {
    if (livesFolder !== undefined) await report(await readLives(livesFolder));
  };
}

async function report(lives: readonly Life[]): Promise<void> {
  if (lives.length === 0) return;
  process.stdout.write(`\n${resultsTable(lives, process.stdout.columns ?? 160)}\n`);
  if (process.env['LAB_RESULTS'] !== '1') return;
  const lived = new Set(lives.map((life) => life.scenario));
  const without = (await loadScenarios()).filter((scenario) => !lived.has(scenario.name));
  // The page is the record of all scenarios, whether they lived in one run or were added.
  if (without.length === 0) await writeFile('docs/lab-results.md', resultsPage(lives));
  else
    process.stdout.write(`No page: ${without.map((scenario) => scenario.name).join(', ')} did not live to the end\n`);
}

async function readLives(folder: string): Promise<readonly Life[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.json')).sort();
  return Promise.all(names.map(async (name) => JSON.parse(await readFile(join(folder, name), 'utf8')) as Life));
}
