// What things are called, and how they look.

import type { PageIndex } from '../src/reports/html/page-data.ts';
import type { End } from '../src/reports/report.ts';
import { el } from './dom.ts';

const marks: { readonly [V in End]: string } = {
  healthy: '✔',
  fixed: '✔',
  would_fix: '△',
  not_applicable: '–',
  not_started: '○',
  not_fixed: '✖',
  rolled_back: '↺',
  rollback_failed: '✖',
  refused: '⊘',
  undetermined: '?',
  unknown: '?',
  unreachable: '⌁',
  no_result: '?',
};

type Tone = 'good' | 'change' | 'bad' | 'open' | 'calm';

const verdictTones: { readonly [V in End]: Tone } = {
  healthy: 'good',
  fixed: 'good',
  would_fix: 'change',
  not_applicable: 'calm',
  not_started: 'calm',
  not_fixed: 'bad',
  rolled_back: 'bad',
  rollback_failed: 'bad',
  refused: 'bad',
  undetermined: 'open',
  unknown: 'open',
  unreachable: 'bad',
  no_result: 'open',
};

export const outcomeTones: { readonly [outcome: string]: Tone } = {
  ok: 'good',
  changed: 'change',
  would_change: 'change',
  failed: 'bad',
  rolled_back: 'bad',
  unreachable: 'bad',
  unknown: 'open',
  undetermined: 'open',
};

export function words(name: string): string {
  return name.replaceAll('_', ' ');
}

export function plural(n: number, noun: string): string {
  return `${n.toLocaleString('en')} ${noun}${n === 1 ? '' : 's'}`;
}

/** ms → `340 ms`, `4.2 s`, `2 m 10 s`, `1 h 05 m`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} m ${String(seconds % 60).padStart(2, '0')} s`;
  return `${Math.floor(seconds / 3600)} h ${String(Math.floor((seconds % 3600) / 60)).padStart(2, '0')} m`;
}

/** A verdict with its mark: never by colour alone. */
export function badge(verdict: End): HTMLElement {
  return el(
    'span',
    { class: `badge ${verdictTones[verdict]}` },
    el('span', { class: 'mark', 'aria-hidden': 'true' }, marks[verdict]),
    words(verdict),
  );
}

/** How many hosts of all ended how, as a bar; the numbers stand beside it in words. */
export function verdictBar(verdicts: PageIndex['verdicts'], all: number): SVGSVGElement {
  const space = 'http://www.w3.org/2000/svg';
  const bar = document.createElementNS(space, 'svg');
  bar.setAttribute('class', 'bar');
  bar.setAttribute('viewBox', '0 0 100 1');
  bar.setAttribute('preserveAspectRatio', 'none');
  bar.setAttribute('aria-hidden', 'true');
  let at = 0;
  for (const { verdict, hosts } of verdicts) {
    const part = document.createElementNS(space, 'rect');
    part.setAttribute('class', verdictTones[verdict]);
    part.setAttribute('x', String((100 * at) / all));
    // One host of a thousand is to be seen, too.
    part.setAttribute('width', String(Math.max(0.4, (100 * hosts) / all)));
    part.setAttribute('height', '1');
    bar.append(part);
    at += hosts;
  }
  return bar;
}

/** Lines to type, each with a button that copies it. */
export function commandList(commands: PageIndex['commands']): HTMLElement {
  return el(
    'ul',
    { class: 'commands' },
    ...commands.map(({ command, what }) => {
      const copy = el('button', { type: 'button', class: 'copy', 'aria-label': `Copy: ${what}` }, 'Copy');
      copy.addEventListener('click', () => {
        void navigator.clipboard.writeText(command).then(
          () => {
            copy.textContent = 'Copied';
          },
          () => {
            copy.textContent = 'Select it by hand';
          },
        );
      });
      return el('li', {}, el('code', {}, command), copy, el('span', { class: 'what' }, what));
    }),
  );
}
