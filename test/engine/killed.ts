import { expect } from 'vitest';
import type { ExecuteOptions } from '../../src/engine/execute-plan.ts';
import { hasEnded } from '../../src/engine/past.ts';
import { readHistory } from '../../src/journal/read-history.ts';
import { validateParams } from '../../src/load/validate-call-params.ts';
import { defineAction, irreversible, nothing, undo } from '../../src/model/action.ts';
import type { Event } from '../../src/model/event.ts';
import { buildRegistry } from '../../src/model/pack.ts';
import { everything } from '../../src/model/resource.ts';
import type { Runbook } from '../../src/model/runbook.ts';
import type { Secret } from '../../src/model/secret.ts';
import type { Desk, DeskRun } from './desk.ts';
import { notesPack } from './notes-pack.ts';

/** Runs that die at an event, and others that go on with them. */

const named = {
  type: 'object',
  properties: { folder: { type: 'string' }, name: { type: 'string' } },
  required: ['folder', 'name'],
} as const;

/** Adds a line each time it is applied: twice can be seen. */
const added = defineAction({
  name: 'line.added',
  summary: 'A line was added.',
  params: named,
  reads: (params: { folder: string; name: string }) => [`note:${params.folder}/${params.name}`],
  touches: (path: string) => [`note:${path}`],
  inspect: async (host, { folder, name }) =>
    (await host.run({ script: 'cat "$p" 2>/dev/null || true', variables: { p: `${folder}/${name}` } })).stdout,
  diff: (state: string, { folder, name }): string | undefined =>
    state.includes('x') ? undefined : `${folder}/${name}`,
  describe: (path) => `a line in ${path.split('/').at(-1)}`,
  apply: (path) => [{ script: 'printf "x\\n" >> "$p"', variables: { p: path } }],
  rollback: undo((path: string, before: string) =>
    before === '' ? [{ argv: ['rm', '-f', path] }] : [{ script: 'cat > "$p"', variables: { p: path }, stdin: before }],
  ),
});

/** The same, and nothing tells afterwards that it was applied. */
const rung = defineAction({
  name: 'bell.rung',
  summary: 'A bell rang.',
  params: named,
  touches: (path: string) => [`note:${path}`],
  inspect: async () => '',
  diff: (_state: string, { folder, name }): string => `${folder}/${name}`,
  describe: () => 'the bell rings',
  apply: (path) => [{ script: 'printf "x\\n" >> "$p"', variables: { p: path } }],
  converges: false,
  rollback: nothing('it rang'),
});

interface Scripted {
  readonly folder: string;
  readonly script: string;
  readonly stdin: string | Secret;
}

/** An author's own commands, in the folder. Nothing tells afterwards that they ran. */
const scripted = defineAction({
  name: 'script.run',
  summary: 'A script was run.',
  params: {
    type: 'object',
    properties: { folder: { type: 'string' }, script: { type: 'string' }, stdin: { type: 'string', secret: true } },
    required: ['folder', 'script'],
  },
  touches: (_change: Scripted) => everything,
  inspect: async () => '',
  diff: (_state: string, { folder, script, stdin = '' }): Scripted => ({ folder, script, stdin }),
  describe: ({ script }) => script,
  apply: ({ folder, script, stdin }) => [{ script: `cd "$d" && ${script}`, variables: { d: folder }, stdin }],
  converges: false,
  rollback: irreversible('a script'),
});

const registry = buildRegistry([notesPack, { name: 'lines', probes: [], actions: [added, rung, scripted] }]);
export const withLines: Partial<ExecuteOptions> = {
  registry,
  validate: (kind, name, given) => validateParams(kind, name, given, registry),
};

class Killed extends Error {}

/** The run until the process dies at its `at`th event; that one is in the journal still, or not. */
export async function killedAt(
  desk: Desk,
  book: Runbook,
  at: number,
  kept: boolean,
  options: Partial<ExecuteOptions> = {},
  begin = (all: Partial<ExecuteOptions>): Promise<DeskRun> => desk.run(book, all),
): Promise<readonly Event[]> {
  const journal: Event[] = [];
  const sink = (event: Event): void => {
    if (event.seq >= at) {
      if (kept && event.seq === at) journal.push(event);
      throw new Killed();
    }
    journal.push(event);
  };
  await expect(begin({ ...withLines, ...options, sinks: [sink] })).rejects.toThrow(Killed);
  return journal;
}

export function resumed(
  desk: Desk,
  book: Runbook,
  journal: readonly Event[],
  options: Partial<ExecuteOptions> = {},
  also: 'failed' | 'none' = 'none',
  undone: ReadonlyMap<string, string> = new Map(),
): Promise<DeskRun> {
  const history = readHistory(journal);
  const { run, startedAt, lastSeq } = history;
  const hosts = history.hosts.filter((host) => also === 'failed' || !hasEnded(host)).map(({ host }) => host);
  return desk.run(book, {
    ...withLines,
    resume: {
      run,
      startedAt: Date.parse(startedAt),
      lastSeq,
      operator: 'test',
      histories: new Map(history.hosts.map((host) => [host.host, host])),
      hosts: new Set(hosts),
      undone,
    },
    ...options,
  });
}
