// The head of the page: what run this is, and whether somebody has to act.

import type { PageIndex } from '../src/reports/html/page-data.ts';
import { report } from './data.ts';
import { type Child, el } from './dom.ts';
import { duration, plural } from './words.ts';

const kinds: { readonly [K in PageIndex['kind']]: string } = {
  dry_run: 'Dry run',
  run: 'Run',
  apply: 'Saved plan, carried out',
  undo: 'Undo',
};

export function makeHead(): HTMLElement {
  const { runbook, run, operators, startedAt, hosts, inventoryHosts, changes, ended, kind, of } = report;
  const fact = (name: string, ...what: readonly Child[]): HTMLElement =>
    el('div', {}, el('dt', {}, name), el('dd', {}, ...what));
  const time = new Date(startedAt);
  return el(
    'header',
    { class: 'head' },
    el('p', { class: 'kind' }, `${kinds[kind]}${of === undefined ? '' : ` of ${of}`}`),
    el('h1', {}, runbook.title),
    stateLine(),
    el(
      'dl',
      { class: 'facts' },
      fact('Run', el('code', {}, run)),
      fact('Began', el('time', { datetime: startedAt }, `${time.toISOString().slice(0, 19).replace('T', ' ')} UTC`)),
      fact('Took', ended === undefined ? 'no end' : duration(ended.ms)),
      fact('By', operators.join(', then ') || 'not told'),
      fact('Hosts', `${hosts.length.toLocaleString('en')} of ${inventoryHosts.toLocaleString('en')}`),
      fact(kind === 'dry_run' ? 'Changed' : 'Changes', kind === 'dry_run' ? 'nothing' : changes.toLocaleString('en')),
      fact('Exit code', ended === undefined ? 'none' : String(ended.exitCode)),
      fact(
        'Runbook',
        el('code', {}, runbook.id),
        ' ',
        el('code', { class: 'hash', title: `SHA-256 ${runbook.sha256}` }, runbook.sha256.slice(0, 12)),
      ),
    ),
  );
}

/** The one line for whoever has ten seconds. */
function stateLine(): HTMLElement {
  const { hosts, ended, damage, kind } = report;
  const bad = hosts.filter(({ needsLook }) => needsLook).length;
  const due = hosts.filter(({ verdict }) => verdict === 'would_fix').length;
  const untouched = hosts.filter(({ verdict }) => verdict === 'not_started').length;
  const problems = [
    damage,
    ended === undefined ? 'The run broke off, or was under way: its end is not recorded.' : undefined,
    ended?.interrupted ? 'The run was interrupted.' : undefined,
  ].filter((problem) => problem !== undefined);
  const parts = [
    bad > 0 ? `${plural(bad, 'host')} ${bad === 1 ? 'needs' : 'need'} a look` : undefined,
    untouched > 0 ? `${plural(untouched, 'host')} ${untouched === 1 ? 'was' : 'were'} not begun` : undefined,
    kind === 'dry_run' && due > 0 ? `${plural(due, 'host')} would be changed` : undefined,
  ].filter((part) => part !== undefined);
  const well = problems.length === 0 && bad === 0 && untouched === 0;
  const text = parts.length > 0 ? `${parts.join('; ')}.` : 'No host needs a look.';
  return el(
    'p',
    { class: `state ${well ? 'good' : 'bad'}` },
    el('span', { class: 'mark', 'aria-hidden': 'true' }, well ? '✔' : '!'),
    [...problems, text].join(' '),
  );
}
