import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ExecuteOptions } from '../../src/engine/execute-plan.ts';
import { validateParams } from '../../src/load/validate-call-params.ts';
import { buildRegistry } from '../../src/model/pack.ts';
import { corePack } from '../../src/packs/core/index.ts';
import { action, check, cond, fix, probe, runbook, step } from './build.ts';
import { type Desk, openDesk } from './desk.ts';
import { notesPack } from './notes-pack.ts';
import { undoOn } from './undo-on.ts';

const registry = buildRegistry([notesPack, corePack]);
const options: Partial<ExecuteOptions> = {
  registry,
  validate: (kind, name, given) => validateParams(kind, name, given, registry),
};
const path = '${{ params.folder }}/conf';
const line = (params: object) => action('file.line', { path, ...params });
const book = runbook([step('a', { remediation: fix(line({ starts_with: 'a ', line: 'a 2' })) })]);

let desk: Desk;
beforeEach(() => {
  desk = openDesk({ conf: 'a 1\nb 1\n' });
});
afterEach(() => desk.clear());

/** Runs it, lets somebody edit the file, and takes it back. */
async function undoAfter(edited: string) {
  const { events } = await desk.run(book, options);
  expect(desk.read()['conf']).toBe('a 2\nb 1\n');
  desk.write('conf', edited);
  const again = (more: Partial<ExecuteOptions> = {}) => undoOn(desk, events, [], { ...options, ...more });
  const dry = await again({ mode: 'dry_run' });
  const { outcome } = await again();
  return { outcome, conf: desk.read()['conf'], dry, again };
}

describe('an undo of one line', () => {
  it.each(['a 2\nb changed\n', 'a 2\nb 1\nother\n', 'first\na 2\n'])(
    'leaves what others changed beside it: %j',
    async (edited) => {
      const { outcome, conf, dry, again } = await undoAfter(edited);
      expect(outcome.verdict).toBe('rolled_back');
      expect(conf).toBe(edited.replace('a 2', 'a 1'));
      const [shown] = dry.outcome.steps.flatMap(({ items }) => items.flatMap(({ changes }) => changes));
      expect(shown?.contents).toMatchObject([{ before: edited, after: conf }]);
      expect((await again()).outcome.verdict).toBe('healthy');
    },
  );

  it.each(['a 3\nb 1\n', 'b 1\n', 'a 2\na 2\nb 1\n', 'a 1\na 2\n'])(
    'is refused where others changed that line: %j',
    async (edited) => {
      const { outcome, conf } = await undoAfter(edited);
      expect(outcome.verdict).toBe('refused');
      expect(outcome.reason).toContain('changed by somebody since that run');
      expect(conf).toBe(edited);
    },
  );
});

it('leaves in a rollback of the run itself what others changed meanwhile', async () => {
  const folder = '${{ params.folder }}';
  const never = check([probe('now', 'note.value', { folder, name: 'never' })], cond('now.exists'));
  const others = action('core.script', { script: `printf 'other\\n' >>"$conf"`, variables: { conf: path } });
  const { outcome } = await desk.run(
    runbook([
      step('a', { remediation: fix(line({ starts_with: 'a ', line: 'a 2' })) }),
      step('others', { remediation: fix(others), rollback: { kind: 'calls', calls: [] } }),
      step('b', {
        remediation: fix(action('note.value', { folder, name: 'c', value: 'x' })),
        verify: never,
        onFailure: 'rollback_all',
      }),
    ]),
    options,
  );
  expect(outcome.verdict).toBe('rolled_back');
  expect(desk.read()['conf']).toBe('a 1\nb 1\nother\n');
});
