import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a suite counted. */
export interface Figures {
  /** As the fault model numbers it: `F2`. */
  readonly suite: string;
  readonly title: string;
  readonly counts: readonly (readonly [name: string, value: number | string])[];
  readonly seeds: string;
  readonly held: boolean;
  readonly seconds: number;
}

/** Prints a suite's figures, and keeps them for the page. */
export function keepFigures(figures: Figures): void {
  process.stdout.write(`${figuresText(figures)}\n`);
  const folder = process.env['TORTURE_FIGURES'];
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  const name = figures.title.replaceAll(/[^A-Za-z0-9]+/g, '-');
  writeFileSync(join(folder, `${figures.suite}-${name}.json`), `${JSON.stringify(figures)}\n`);
}

function figuresText({ suite, title, counts, seeds, held, seconds }: Figures): string {
  const told = counts.map(([name, value]) => `${value} ${name}`).join(', ');
  return `${suite} ${title}: ${held ? 'held' : 'BROKEN'}: ${told}; seeds ${seeds}; ${Math.round(seconds)} s`;
}

/** From `TORTURE_SEED`: where seeds begin; each suite adds its own thousands. */
export function firstSeed(): number {
  return Number(process.env['TORTURE_SEED'] ?? 1);
}

/** So many of `whole` as `TORTURE_SHARE` asks for. */
export function shareOf(whole: number): number {
  return Math.max(1, Math.round(whole * Number(process.env['TORTURE_SHARE'] ?? 1)));
}
