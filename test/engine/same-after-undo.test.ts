import { afterEach, expect, it } from 'vitest';
import { validateParams } from '../../src/load/validate-call-params.ts';
import { defineAction, undo } from '../../src/model/action.ts';
import { buildRegistry } from '../../src/model/pack.ts';
import type { Inspector } from '../../src/model/probe.ts';
import { action, check, cond, fix, probe, runbook, step } from './build.ts';
import { type Desk, openDesk } from './desk.ts';
import { notesPack } from './notes-pack.ts';

let desk: Desk;
afterEach(() => desk.clear());

interface Shelf {
  readonly standing: boolean;
  /** What others may add to at any time. */
  readonly others: string;
}

/** A book stands in a folder that others use too. Told to, its undo leaves it there. */
function bookAction(name: string, same?: (before: Shelf, now: Shelf) => boolean) {
  return defineAction({
    name,
    summary: 'A book stands here.',
    params: {
      type: 'object',
      properties: { folder: { type: 'string' }, leaves: { type: 'boolean' } },
      required: ['folder', 'leaves'],
    },
    touches: () => ['note'],
    inspect: async (host: Inspector, { folder }): Promise<Shelf> => {
      const { stdout } = await host.run({ script: 'ls "$folder"', variables: { folder } });
      const books = stdout.split('\n').filter((book) => book !== '');
      return { standing: books.includes('book'), others: books.filter((book) => book !== 'book').join() };
    },
    diff: ({ standing }: Shelf, { folder, leaves }) => (standing ? undefined : { folder, leaves }),
    describe: () => 'book: absent → standing',
    apply: ({ folder }) => [{ script: ': > "$folder/book"; : > "$folder/new"', variables: { folder } }],
    rollback: undo(({ folder, leaves }: { folder: string; leaves: boolean }) => [
      leaves ? { argv: ['true'] } : { argv: ['rm', `${folder}/book`] },
    ]),
    ...(same === undefined ? {} : { same }),
  });
}

const registry = buildRegistry([
  notesPack,
  {
    name: 'books',
    probes: [],
    actions: [bookAction('book.exact'), bookAction('book.own', (before, now) => before.standing === now.standing)],
  },
]);

/** Puts the book there, finds that it did not help, and takes it back. */
async function verdictOf(call: string, leaves: boolean) {
  desk = openDesk({ old: '' });
  const folder = '${{ params.folder }}';
  const never = check([probe('now', 'note.value', { folder, name: 'never' })], cond('now.exists'));
  const run = await desk.run(
    runbook([step('s', { remediation: fix(action(call, { folder, leaves })), verify: never })]),
    { registry, validate: (kind, name, given) => validateParams(kind, name, given, registry) },
  );
  return [run.outcome.verdict, Object.keys(desk.read())] as const;
}

it('a rollback is judged by what its action calls the same', async () => {
  expect(await verdictOf('book.own', false)).toEqual(['rolled_back', ['new', 'old']]);
});

it('a change that is still there is not taken back', async () => {
  expect(await verdictOf('book.own', true)).toEqual(['rollback_failed', ['book', 'new', 'old']]);
});

it('without such a word everything that was seen has to be as it was', async () => {
  expect(await verdictOf('book.exact', false)).toEqual(['rollback_failed', ['new', 'old']]);
});
