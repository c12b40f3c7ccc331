import { expect, it } from 'vitest';
import { titleWithoutValues } from '../../src/engine/step-words.ts';

it.each([
  ['Reload nginx', 'Reload nginx'],
  ['Start ${{ item }}', 'Start …'],
  ['Renew ${{ r.certificate }} by ${{ r.tool }}, and load it', 'Renew … by …, and load it'],
  ["Open ${{ {'a': '}}'}['a'] }} now", 'Open … now'],
  ['${{ unit }} runs', '… runs'],
  // What only adds a name to a whole sentence.
  ['Switch on the swap: ${{ s.device }}', 'Switch on the swap'],
  ['Restart the unit (${{ unit }})', 'Restart the unit'],
  ["Install what a label needs${{ size(p) == 0 ? '' : ': ' + p[0] }}", 'Install what a label needs'],
  ["The worker may write: ${{ f.path }}${{ f.also ? ' too' : '' }}", 'The worker may write'],
  ['${{ title }}', 'start'],
])('a step titled %j whose expressions have no values is called %j', (title, words) => {
  expect(titleWithoutValues({ id: 'start', title })).toBe(words);
});
