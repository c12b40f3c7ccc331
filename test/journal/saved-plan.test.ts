import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { readSavedPlan, writeSavedPlan } from '../../src/journal/saved-plan.ts';
import { planUse, takenPlan, takePlan, usedText } from '../../src/journal/used-plans.ts';
import { saved } from './plans.ts';
import { clearStates, newState } from './rig.ts';

afterEach(clearStates);

describe('a plan in a file', () => {
  it('is for its owner alone, and replaces what stood there', async () => {
    const file = join(newState(), 'p.json');
    writeFileSync(file, 'old', { mode: 0o644 });
    await writeSavedPlan(file, saved);
    expect(lstatSync(file).mode & 0o777).toBe(0o600);
    expect(await readSavedPlan(file)).toEqual({ kind: 'plan', plan: saved });
    expect(readdirSync(join(file, '..'))).toEqual(['p.json']);
  });

  it('does not go where a link points', async () => {
    const folder = newState();
    const [target, file] = [join(folder, 'target'), join(folder, 'p.json')];
    writeFileSync(target, 'theirs');
    symlinkSync(target, file);
    await writeSavedPlan(file, saved);
    expect(readFileSync(target, 'utf8')).toBe('theirs');
    expect(lstatSync(file).isSymbolicLink()).toBe(false);
  });

  it('is not written at all where it cannot be, and leaves nothing', async () => {
    const folder = newState();
    mkdirSync(join(folder, 'p.json'));
    await expect(writeSavedPlan(join(folder, 'p.json'), saved)).rejects.toThrow(/could not be written to/);
    expect(readdirSync(folder)).toEqual(['p.json']);
    await expect(writeSavedPlan(join(folder, 'none', 'p.json'), saved)).rejects.toThrow(/could not be written to/);
  });

  it('that others may write to is refused: it could approve anything', async () => {
    const file = join(newState(), 'p.json');
    await writeSavedPlan(file, saved);
    chmodSync(file, 0o666);
    expect(await readSavedPlan(file)).toMatchObject({ kind: 'edited', problem: expect.stringContaining('chmod go-w') });
  });

  it('that is not there, or is no file, is none', async () => {
    const folder = newState();
    expect(await readSavedPlan(join(folder, 'p.json'))).toEqual({ kind: 'none', problem: 'there is no such file' });
    expect(await readSavedPlan(folder)).toMatchObject({ kind: 'none' });
  });
});

describe('a plan is used once', () => {
  const use = (run: string) => ({ run, operator: 'ann@control', at: '2026-11-21T07:00:00.000Z' });

  it('by the first of many that take it at the same time', async () => {
    const state = newState();
    const runs = Array.from({ length: 20 }, (_, index) => `run${index}`);
    const problems = await Promise.all(runs.map((run) => takePlan(state, saved, use(run))));
    expect(problems.filter((problem) => problem === undefined)).toHaveLength(1);
    expect(problems.find((problem) => problem !== undefined)).toMatch(/^the plan was used/);
  });

  it('and by the run that has it again, when that goes on', async () => {
    const state = newState();
    expect(await planUse(state, saved.id)).toBeUndefined();
    expect(await takePlan(state, saved, use('first'))).toBeUndefined();
    expect(await takePlan(state, saved, use('first'))).toBeUndefined();
    expect(await takePlan(state, saved, use('second'))).toBe(usedText(use('first')));
    expect(await planUse(state, saved.id)).toEqual(use('first'));
    expect(await takenPlan(state, saved.id)).toEqual({ kind: 'plan', plan: saved });
  });

  it('and counts as used where its mark was never finished', async () => {
    const state = newState();
    mkdirSync(join(state, 'plans'), { mode: 0o700 });
    writeFileSync(join(state, 'plans', `${saved.id}.used`), '');
    expect(await planUse(state, saved.id)).toEqual({});
    expect(await takePlan(state, saved, use('first'))).toMatch(/^the plan was used; a plan is carried out once$/);
  });

  it('and not where its mark cannot be kept', async () => {
    const state = newState();
    chmodSync(state, 0o777);
    expect(await takePlan(state, saved, use('first'))).toContain('others may write');
  });
});
