// Parts of a host's evidence.

import type { Reason } from '../src/model/plan.ts';
import type { StepResult } from '../src/model/result.ts';
import type { PageChange, PageHost } from '../src/reports/html/page-data.ts';
import { el } from './dom.ts';
import { duration, outcomeTones, words } from './words.ts';

/** How each part of a condition came out. */
export function reasonList(reasons: readonly Reason[]): HTMLElement | undefined {
  if (reasons.length === 0) return undefined;
  return el(
    'ul',
    { class: 'reasons' },
    ...reasons.map(({ check, held, because }) => {
      const [mark, how, tone] =
        held === 'unknown' ? ['?', 'unknown', 'open'] : held ? ['✔', 'holds', 'good'] : ['✖', 'does not hold', 'calm'];
      return el(
        'li',
        {},
        el('span', { class: `mark ${tone}`, 'aria-hidden': 'true' }, mark),
        el('span', { class: 'unseen' }, `${how}: `),
        el('code', {}, check),
        because !== undefined && el('span', { class: 'because' }, because),
      );
    }),
  );
}

export function outcomeBadge({ outcome }: StepResult): HTMLElement {
  return el('span', { class: `outcome ${outcomeTones[outcome] ?? 'calm'}` }, words(outcome));
}

export function changeCard(change: PageChange): HTMLElement {
  const prompt = change.become === false ? '$ ' : `${change.become} # `;
  return el(
    'section',
    { class: 'change' },
    el('h5', {}, change.summary),
    change.irreversible !== undefined && el('p', { class: 'warn' }, `Cannot be undone: ${change.irreversible}`),
    change.predicted && el('p', { class: 'warn' }, 'Predicted: it rests on an earlier change that was not made.'),
    ...change.diffs.map(diffFigure),
    el(
      'details',
      {},
      el('summary', {}, `Commands and state before (${change.action})`),
      el('pre', { tabindex: '0' }, change.commands.map((command) => prompt + command).join('\n')),
      el('div', { class: 'pair' }, titled('Before', change.before), titled('Change', change.change)),
    ),
  );
}

export function titled(title: string, text: string): HTMLElement {
  return el('div', {}, el('p', { class: 'label' }, title), el('pre', { tabindex: '0' }, text));
}

function diffFigure({ label, hunks, note }: PageChange['diffs'][number]): HTMLElement {
  const line = (text: string): HTMLElement => {
    const sign = text.slice(0, 1);
    const kind = sign === '+' ? 'added' : sign === '-' ? 'removed' : 'same';
    const spoken = sign === '+' ? 'added: ' : sign === '-' ? 'removed: ' : '';
    return el('span', { class: kind }, el('span', { class: 'unseen' }, spoken), `${text}\n`);
  };
  return el(
    'figure',
    { class: 'diff' },
    el('figcaption', {}, el('code', {}, label), ' before → after'),
    hunks.length > 0 &&
      el(
        'pre',
        { tabindex: '0' },
        ...hunks.flatMap(({ head, lines }) => [el('span', { class: 'hunk' }, `${head}\n`), ...lines.map(line)]),
      ),
    note !== undefined && el('p', { class: 'quiet' }, note),
  );
}

export function readingTable(readings: PageHost['readings']): HTMLElement {
  return el(
    'ol',
    { class: 'readings' },
    ...readings.map(([ms, took, reading]) => {
      const { name, probe, on, params, value, unknown, predicted, step } = reading;
      return el(
        'li',
        {},
        el(
          'details',
          {},
          el(
            'summary',
            {},
            el('span', { class: 'when' }, `+${duration(ms)}`),
            el('code', {}, `${step ?? 'symptom'}.${name}`),
            el('span', { class: 'probe' }, on === undefined ? probe : `${probe} on ${on}`),
            unknown !== undefined && el('span', { class: 'outcome open' }, 'unreadable'),
            predicted && el('span', { class: 'outcome open' }, 'predicted'),
            el('span', { class: 'took' }, duration(took)),
          ),
          params !== '' && titled('Params', params),
          unknown === undefined ? titled('Answer', value ?? '') : titled('Why it is unknown', unknown),
        ),
      );
    }),
  );
}
