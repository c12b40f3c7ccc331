import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Event } from '../../src/model/event.ts';
import { buildReport } from '../../src/reports/build-report.ts';
import { printReport } from '../../src/reports/index.ts';
import type { Report } from '../../src/reports/report.ts';
import { change, fixing, item, outcome, plan, runFinished, runStarted, stamp, step } from '../reporters/events.ts';
import { allSamples } from '../reporters/samples.ts';
import { fleetEvents, request } from './fleet.ts';

const schema = JSON.parse(readFileSync(new URL('../../schemas/report.schema.json', import.meta.url), 'utf8'));
const valid = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true }).compile(schema);

function built(events: readonly Event[]): Report {
  const report = buildReport(events);
  if (report === undefined) throw new Error('nothing was begun');
  return report;
}

describe('a report', () => {
  let fleet: Report;
  beforeAll(async () => {
    fleet = built(await fleetEvents(100));
  });

  it('counts hosts by verdict and by diagnosis, what needs a look first', () => {
    expect(fleet.verdicts.map(({ verdict }) => verdict)).toEqual([
      'no_result',
      'rolled_back',
      'unreachable',
      'not_applicable',
      'fixed',
      'healthy',
    ]);
    expect(fleet.verdicts.reduce((sum, { hosts }) => sum + hosts, 0)).toBe(100);
    expect(fleet.diagnoses.slice(0, 3).map(({ diagnosis, hosts }) => [diagnosis, hosts])).toEqual([
      ['no result', ['web0005']],
      ['boolean off → would set httpd_graceful_shutdown', ['web0004']],
      ['unreachable', ['web0001', 'web0002', 'web0003']],
    ]);
  });

  it('holds what proves a fix: gate, proof, change, verify, and how to take it back', () => {
    const host = fleet.hosts.find(({ host }) => host === 'web0010');
    const fixed = host?.steps.flatMap(({ items }) => items).find(({ changes }) => changes.length > 0);
    expect(fixed?.gate).toEqual([{ check: 'remedies.enforced', held: true, because: 'remedies.enforced is true' }]);
    expect(fixed?.proofs).toEqual([expect.stringContaining("Proved by the kernel's own answer")]);
    expect(fixed?.changes[0]?.summary).toBe('SELinux type of tcp 3000: ntop_port_t → http_port_t');
    expect(fixed?.verify.at(-1)).toMatchObject({ held: true });
    expect(host?.commands[0]?.command).toBe(`mendgate undo ${fleet.run} -l web0010`);
  });

  it('tells what happened on a host in the order in which it did', () => {
    const told = fleet.hosts.find(({ host }) => host === 'web0010')?.timeLine ?? [];
    expect(told.map(({ what }) => what).slice(-5)).toEqual(['fix ended', 'verify', 'step', 'symptom', 'ended']);
    expect(told.map(({ ms }) => ms)).toEqual([...told.map(({ ms }) => ms)].sort((a, b) => a - b));
  });

  it('says what to type next', () => {
    expect(fleet.commands.map(({ command }) => command)).toEqual([
      `mendgate resume ${fleet.run} --failed --unreachable`,
      `mendgate undo ${fleet.run} --dry-run`,
      `mendgate undo ${fleet.run}`,
    ]);
  });

  it('names the folder that the run is kept in, where that is another one', async () => {
    const report = buildReport(await fleetEvents(12), { stateDir: '/srv/night runs' });
    const host = report?.hosts.find(({ standing }) => standing.length > 0);
    const commands = [...(report?.commands ?? []), ...(host?.commands ?? [])].map(({ command }) => command);
    expect(commands.map((command) => command.split(' ').slice(0, 2).join(' '))).toEqual([
      'mendgate resume',
      'mendgate undo',
      'mendgate undo',
      'mendgate undo',
      'mendgate explain',
    ]);
    for (const command of commands) expect(command).toMatch(/ --state-dir '\/srv\/night runs'$/);
  });

  it('calls a host that does not apply and keeps the symptom one that needs a look, as the exit code does', () => {
    const left = fleet.hosts.filter(({ verdict }) => verdict === 'not_applicable');
    expect(left.length).toBeGreaterThan(0);
    expect(left.every(({ needsLook }) => needsLook)).toBe(true);
  });
});

describe('a report of less than a whole run', () => {
  it('is none where nothing was begun', async () => {
    expect(buildReport([])).toBeUndefined();
    expect(await printReport([], 'html', { mendgate: '0' })).toBeUndefined();
  });

  it('of a dry run offers to make the changes, and nothing to undo', () => {
    const events = stamp([
      runStarted(['web01'], true),
      { type: 'host.planned', host: 'web01', plan: plan('web01') },
      { type: 'host.finished', host: 'web01', outcome: outcome('web01', { verdict: 'would_fix' }), ms: 1 },
      runFinished(0),
    ]);
    const { kind, commands, hosts } = built(events);
    expect(kind).toBe('dry_run');
    expect(commands.map(({ command }) => command)).toEqual(['mendgate run nginx-502.yaml']);
    expect(hosts[0]?.steps[1]?.items[0]?.changes[0]?.summary).toBe('httpd_graceful_shutdown: off → on');
  });

  it('that broke off has hosts without a result, and the step whose fix had begun', () => {
    const { hosts, ended } = built(stamp([runStarted(['web01', 'web02'], false), ...fixing('web01').slice(0, 9)]));
    expect(ended).toBeUndefined();
    expect(hosts.map(({ verdict, underWay }) => [verdict, underWay])).toEqual([
      ['no_result', 'boolean'],
      ['not_started', undefined],
    ]);
  });

  it('of an undo takes what was rolled back for well', () => {
    const started = { ...runStarted(['web01'], false), request: { ...request, kind: 'undo' as const, of: 'run-0' } };
    const rolledBack = outcome('web01', { verdict: 'rolled_back' });
    const events = stamp([
      started,
      { type: 'host.finished', host: 'web01', outcome: rolledBack, ms: 1 },
      runFinished(0),
    ]);
    const report = built(events);
    expect(report).toMatchObject({ kind: 'undo', of: 'run-0', commands: [] });
    expect(report.hosts[0]?.needsLook).toBe(false);
  });

  it.each([
    ['refused', 'what stands was changed since', ['mendgate undo run-0 -i hosts.yaml']],
    ['not_fixed', 'nobody can take back the rest', []],
  ] as const)('of an undo that ended as %s goes on with it where that helps', (verdict, reason, commands) => {
    const asked = { ...request, kind: 'undo' as const, of: 'run-0', inventory: ['hosts.yaml'], reach: {} };
    const { limit: _, ...whole } = asked;
    const end = {
      type: 'host.finished',
      host: 'web01',
      outcome: outcome('web01', { verdict, reason }),
      ms: 1,
    } as const;
    const started = { ...runStarted(['web01'], false), request: whole };
    const report = built(stamp([started, end, runFinished(5)]));
    expect(report.commands.map(({ command }) => command)).toEqual(commands);
  });
});

describe('a report as JSON', () => {
  it('is as its schema says, whatever happened in the run', async () => {
    const full = outcome('web01', {
      steps: [
        step(
          'boolean',
          { outcome: 'failed', reason: 'r', waitsOn: ['x'], rollbackFailed: 'y' },
          {
            items: [
              item(
                { outcome: 'failed' },
                {
                  changes: [{ ...change, irreversible: 'i', predicted: true }],
                  alternative: { id: 'a', title: 'A', others: ['B'] },
                },
              ),
            ],
          },
        ),
      ],
    });
    const samples = allSamples.filter(({ type }) => type !== 'run.started');
    const odd = stamp([
      runStarted(['web01'], false),
      ...samples,
      { type: 'host.finished', host: 'web01', outcome: full, ms: 1 },
    ]);
    for (const events of [odd, await fleetEvents(10), stamp([runStarted(['web01'], false)])]) {
      const text = await printReport(events, 'json', { mendgate: '0', damage: 'line 3' });
      expect(valid(JSON.parse(text ?? '')), JSON.stringify(valid.errors)).toBe(true);
    }
  });

  it('has a schema that describes every member and takes no other', async () => {
    const report = JSON.parse((await printReport(await fleetEvents(8), 'json', { mendgate: '0' })) ?? '');
    expect(valid({ ...report, surprise: 1 })).toBe(false);
    expect(valid({ ...report, version: 2 })).toBe(false);
    const described = (properties: object): boolean =>
      Object.values(properties).every((value) => 'description' in value || '$ref' in value);
    expect(described(schema.properties)).toBe(true);
    for (const part of Object.values<{ properties?: object }>(schema.$defs))
      expect(described(part.properties ?? {})).toBe(true);
  });
});
