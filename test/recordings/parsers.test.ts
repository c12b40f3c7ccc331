import { describe, expect, test } from 'vitest';
import { Unknown } from '../../src/model/unknown.ts';
import { parseProcesses } from '../../src/packs/nginx/processes.ts';
import { linesOf } from '../../src/packs/selinux/answer-lines.ts';
import { parseAvc } from '../../src/packs/selinux/avc.ts';
import { readBooleans } from '../../src/packs/selinux/boolean-values.ts';
import { readFcontextState } from '../../src/packs/selinux/fcontext-state.ts';
import { readModuleState } from '../../src/packs/selinux/module-state.ts';
import { parseRule } from '../../src/packs/selinux/policy-rule.ts';
import { effectiveRecord, readPortTable } from '../../src/packs/selinux/port-table.ts';
import { isFailure, type RecordedAsk } from '../../src/transports/replay/recording.ts';
import { loadRecordings } from './replay-flagship.ts';

// What the parsers make of texts that real hosts wrote.
const recordings = await loadRecordings();

/** Outputs of commands that ended well on guests with the whole set of tools. */
function outputsOf(
  kind: RecordedAsk['label']['kind'],
  name: string,
): readonly (readonly [RecordedAsk['label'], string])[] {
  return recordings
    .filter(({ about }) => about.guest.kind !== 'minimal')
    .flatMap(({ runs }) => runs.flatMap((run) => run.entries))
    .flatMap((entry) =>
      entry.type === 'ask' && entry.label.kind === kind && entry.label.name === name && !isFailure(entry.outcome)
        ? [[entry.label, entry.outcome.stdout] as const]
        : [],
    );
}

/** The distinct texts of what the choice of remedies reads, where SELinux runs and root asked. */
const gathered = [...new Set(outputsOf('probe', 'selinux.remedies').map(([, text]) => text))].filter((text) =>
  text.includes('\nports-rc 0'),
);

describe('recorded texts', () => {
  test('of the audit log are read line by line', () => {
    const lines = outputsOf('probe', 'selinux.denials').flatMap(([, text]) => linesOf(text, 'avc'));
    const denied = lines.filter((line) => line.includes('avc:  denied'));
    expect(denied.length).toBeGreaterThan(0);
    expect(denied.filter((line) => parseAvc(line) === undefined)).toEqual([]);
  });

  test('of the port table give each port its label', () => {
    expect(gathered.length).toBeGreaterThan(0);
    for (const text of gathered) {
      const table = readPortTable(text);
      if ('unreadable' in table) throw new Error(table.unreadable);
      const ports = linesOf(text, 'ports').filter((line) => / (tcp|udp|dccp|sctp) /.test(line));
      expect(table.base.length + table.local.length).toBeGreaterThanOrEqual(ports.length);
      expect(effectiveRecord(table, 'tcp', 443)?.type).toBe('http_port_t');
      expect(effectiveRecord(table, 'tcp', 53)?.type).toBe('dns_port_t');
    }
  });

  test('of the booleans give each its value', () => {
    for (const text of gathered) {
      const booleans = readBooleans(text);
      expect(booleans.size).toBe(linesOf(text, 'bool').length);
      expect(booleans.get('httpd_can_network_connect')?.value).toEqual(expect.any(Boolean));
    }
  });

  test('of sesearch are rules, each one', () => {
    const rules = new Set(gathered.flatMap((text) => linesOf(text, 'rule')));
    expect(rules.size).toBeGreaterThan(5);
    for (const rule of rules) expect(parseRule(rule), rule).toBeDefined();
  });

  test('of label rules give a spec and the labels below', () => {
    for (const [{ params }, text] of outputsOf('inspect', 'selinux.fcontext')) {
      const state = readFcontextState(text, String(params['type']), String(params['restore'] ?? ''));
      if (state instanceof Unknown) throw new Error(state.reason);
      expect(state.spec).toMatch(/^\//);
      expect(state.labels.length).toBeGreaterThan(0);
    }
  });

  test('of the module store say whether a module is there, and its text', () => {
    for (const [, text] of outputsOf('inspect', 'selinux.module')) {
      const state = readModuleState(text);
      if (state instanceof Unknown) throw new Error(state.reason);
      if (state.installed) expect(state.cil).toContain('(allow ');
    }
  });

  test('of /proc show nginx with its workers', () => {
    for (const [, text] of outputsOf('probe', 'nginx.worker')) {
      const { master, workers } = parseProcesses(text);
      expect(master?.pid).toBeGreaterThan(1);
      expect(workers.length).toBeGreaterThan(0);
    }
  });
});
