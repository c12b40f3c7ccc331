// One host: how it ended, what to type, what happened when, and why.

import type { StepResult } from '../src/model/result.ts';
import type { PageHost, PageItem, PageStep } from '../src/reports/html/page-data.ts';
import { hostAt, report } from './data.ts';
import { type Child, el } from './dom.ts';
import { changeCard, outcomeBadge, readingTable, reasonList, titled } from './evidence.ts';
import { addressOf, type Place } from './place.ts';
import { badge, commandList, duration, words } from './words.ts';

export function makeHostPage(place: Place, at: number): readonly Node[] {
  const entry = report.hosts[at];
  if (entry === undefined) return [];
  const host = hostAt(at);
  const diagnosis = report.diagnoses[entry.diagnosis]?.diagnosis ?? '';
  return [
    el('p', { class: 'back' }, el('a', { href: addressOf(place, { host: undefined }) }, '← All diagnoses')),
    el('div', { class: 'title' }, el('h2', { id: 'page-title', tabindex: '-1' }, entry.host), badge(entry.verdict)),
    el('p', { class: 'diagnosis' }, diagnosis),
    entry.reason !== undefined && entry.reason !== diagnosis && el('p', { class: 'reason' }, entry.reason),
    host.help !== undefined && el('p', { class: 'reason' }, host.help),
    host.see !== undefined && el('p', {}, 'See ', el('code', {}, host.see)),
    host.underWay !== undefined &&
      el('p', { class: 'warn' }, `${host.underWay}: its fix had begun; whether it is done is not known.`),
    host.commands.length > 0 && section('What to type', commandList(host.commands)),
    noteList('Stands on the host', host.standing),
    noteList('Notes', host.notes),
    host.timeLine.length > 0 && section('Time line', timeLineList(host.timeLine)),
    host.looks.length > 0 && section('Symptom', ...host.looks.map(lookBlock)),
    host.steps.length > 0 && section('Steps', el('ol', { class: 'steps' }, ...host.steps.map(stepBlock))),
    host.readings.length > 0 && section(`Readings (${host.readings.length})`, readingTable(host.readings)),
    host.outputs.length > 0 && section('Outputs', ...host.outputs.map(([name, value]) => titled(name, value))),
    identity(host),
  ].filter((node) => node !== false && node !== undefined);
}

function section(title: string, ...children: readonly Child[]): HTMLElement {
  return el('section', {}, el('h3', {}, title), ...children);
}

function noteList(title: string, notes: readonly string[]): HTMLElement | undefined {
  if (notes.length === 0) return undefined;
  return section(title, el('ul', { class: 'notes' }, ...notes.map((note) => el('li', {}, note))));
}

function timeLineList(moments: PageHost['timeLine']): HTMLElement {
  return el(
    'ol',
    { class: 'time-line' },
    ...moments.map(([ms, { tone, what, text }]) =>
      el(
        'li',
        { class: tone },
        el('span', { class: 'when' }, `+${duration(ms)}`),
        el('span', { class: 'happened' }, what),
        el('span', { class: 'text' }, text),
      ),
    ),
  );
}

function lookBlock([ms, { when, present, reasons }]: PageHost['looks'][number]): HTMLElement {
  const [how, tone] = present === 'unknown' ? ['unknown', 'open'] : present ? ['present', 'bad'] : ['absent', 'good'];
  return el(
    'div',
    { class: 'look' },
    el('p', {}, el('span', { class: `outcome ${tone}` }, how), ` ${words(when)} look, +${duration(ms)}`),
    reasonList(reasons),
  );
}

function stepBlock(step: PageStep): HTMLElement {
  const quiet = step.result.outcome === 'skipped';
  const [only] = step.items.length === 1 ? step.items : [];
  return el(
    'li',
    { class: quiet ? 'step quiet-step' : 'step' },
    el(
      'details',
      { open: !quiet },
      el(
        'summary',
        {},
        outcomeBadge(step.result),
        el('code', {}, step.id),
        el('span', { class: 'step-title' }, only?.title ?? step.title),
      ),
      ...step.notes.map((note) => el('p', { class: 'note' }, note)),
      why(step.result),
      ...step.items.map((item) => itemBlock(item, only === undefined, step.result)),
    ),
  );
}

function why({ reason, waitsOn = [], rollbackFailed }: StepResult): HTMLElement | undefined {
  // Why a gate stayed shut is told by its parts.
  const told = reason?.startsWith('gate closed: ') ? 'Its gate stayed shut.' : reason;
  const lines = [told, waitsOn.length > 0 ? `Waits on ${waitsOn.join(', ')}.` : undefined].filter(
    (line) => line !== undefined,
  );
  if (lines.length === 0 && rollbackFailed === undefined) return undefined;
  return el(
    'div',
    { class: 'why' },
    ...lines.map((line) => el('p', {}, line)),
    rollbackFailed !== undefined && el('p', { class: 'warn' }, `Left on the host: ${rollbackFailed}`),
  );
}

function itemBlock(item: PageItem, titledByItself: boolean, ofStep: StepResult): HTMLElement {
  const { gate, proofs, changes, verify, alternative, name, title, result } = item;
  const part = (heading: string, ...children: readonly Child[]): HTMLElement =>
    el('div', { class: 'part' }, el('h4', {}, heading), ...children);
  return el(
    'div',
    { class: 'item' },
    titledByItself &&
      el('p', { class: 'item-title' }, outcomeBadge(result), name !== undefined && el('code', {}, name), title),
    (titledByItself || result.reason !== ofStep.reason) && why(result),
    gate.length > 0 && part('Gate', reasonList(gate)),
    alternative !== undefined &&
      part(
        'Way',
        el('p', {}, alternative.title),
        ...alternative.others.map((other) => el('p', { class: 'quiet' }, `not tried: ${other}`)),
      ),
    proofs.length > 0 && part('Proof', el('ul', { class: 'proofs' }, ...proofs.map((proof) => el('li', {}, proof)))),
    changes.length > 0 && part(changes.length === 1 ? 'Change' : 'Changes', ...changes.map(changeCard)),
    verify.length > 0 &&
      part(
        'Verified',
        ...verify.map(([ms, { held, reasons }]) =>
          el(
            'div',
            {},
            el(
              'p',
              {},
              el('span', { class: `outcome ${held ? 'good' : 'bad'}` }, held ? 'holds' : 'does not hold'),
              ` +${duration(ms)}`,
            ),
            reasonList(reasons),
          ),
        ),
      ),
  );
}

function identity({ hostKey, machineId, bootId, symptom }: PageHost): HTMLElement {
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['Symptom at the end', symptom],
    ['Host key', hostKey],
    ['Machine id', machineId],
    ['Boot id', bootId],
  ];
  return section(
    'Which machine',
    el(
      'dl',
      { class: 'identity' },
      ...facts.flatMap(([name, value]) =>
        value === undefined ? [] : [el('div', {}, el('dt', {}, name), el('dd', {}, el('code', {}, value)))],
      ),
    ),
  );
}
