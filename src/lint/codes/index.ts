import { cases } from './cases.ts';
import { expressions } from './cel.ts';
import type { Explanation, Explanations } from './explanation.ts';
import { inventories } from './inventory.ts';
import { packs } from './packs.ts';
import { runbook } from './runbook.ts';
import { shape } from './shape.ts';
import { yaml } from './yaml.ts';

/** Every code that a check prints, but for the rules of lint. */
export const explanations: Explanations = {
  ...expressions,
  ...yaml,
  ...runbook,
  ...packs,
  ...cases,
  ...inventories,
  ...shape,
};

/** What a code means: its own words, or those of its area, or of codes like it anywhere. */
export function explanationOf(code: string): Explanation | undefined {
  const [area = '', name = ''] = code.split('/');
  const known = [code, `${area}/*`, `*/${name}`].find((key) => Object.hasOwn(explanations, key));
  return known === undefined || !areas.has(area) ? undefined : explanations[known];
}

/** Where codes come from. */
const areas: ReadonlySet<string> = new Set([
  ...Object.keys(explanations).map((code) => code.split('/')[0] ?? ''),
  'params',
  'answer',
  'recording',
]);
