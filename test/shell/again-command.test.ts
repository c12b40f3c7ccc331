import { describe, expect, it } from 'vitest';
import type { Event } from '../../src/model/event.ts';
import type { RunRequest } from '../../src/model/history.ts';
import { commandsToLook, commandsToMake } from '../../src/shell/again-command.ts';
import { request } from '../journal/plans.ts';
import { runStarted } from '../reporters/events.ts';

const plain: RunRequest = { ...request, runbook: '/srv/ops/app-down.yaml', inventory: ['/srv/ops/hosts.yaml'] };
const started = (more: Partial<RunRequest>) =>
  ({ seq: 1, at: '', run: 'run-1', ...runStarted(['web01'], true), request: { ...plain, ...more } }) as Extract<
    Event,
    { type: 'run.started' }
  >;
const folder = '/srv/ops';

describe('the command that makes the changes of a dry run', () => {
  it.each<readonly [string, Partial<RunRequest>, string]>([
    ['its inventory', {}, ''],
    ['a list of hosts', { inventory: ['web01,web02,'] }, ''],
    ['inventories elsewhere', { inventory: ['/etc/mendgate/hosts'] }, ''],
    ['its hosts', { limit: 'web:&prod:!db*' }, " -l 'web:&prod:!db*'"],
    ['its choice of fixes', { tags: ['a', 'b'], skipTags: ['c'] }, ' -t a,b --skip-tags c'],
    ['where it began and ended', { startAt: 'one', until: 'two' }, ' --start-at one --until two'],
    ['its params', { extra: [{ name: 'why', text: "it's late" }] }, " -e 'why=it'\\''s late'"],
    [
      'what bounds it',
      { rollout: { batches: [{ hosts: 1 }, { percent: 20 }], pauseMs: 90_000, maxFail: { hosts: 2 } }, maxChanged: 9 },
      ' --batches 1,20% --pause 90s --max-fail 2 --max-changed 9',
    ],
    ['a pause of less than a second', { rollout: { pauseMs: 1500 } }, ' --pause 1500ms'],
    ['what it may do', { allowIrreversible: true }, ' --allow-irreversible'],
    [
      'packs that lie elsewhere',
      {
        packs: [
          { name: './packs/a.ts', file: '/srv/ops/packs/a.ts', sha256: '' },
          { name: '../b.ts', file: '/srv/b.ts', sha256: '' },
        ],
      },
      ' --pack /srv/b.ts',
    ],
    [
      'how hosts are reached',
      {
        becomeByDefault: 'app',
        reach: { connection: 'openssh', user: 'ann', privateKeyFiles: ['/srv/ops/key'], becomeMethod: 'doas' },
      },
      ' --become-user app -c openssh -u ann --private-key key --become-method doas',
    ],
  ])('has %s', (_, more, options) => {
    const [inventory = ''] = more.inventory ?? ['hosts.yaml'];
    expect(commandsToMake(started(more), { folder })).toEqual([
      [`mendgate run app-down.yaml -i ${inventory}${options}`, 'make these changes'],
    ]);
  });

  it('never has a secret, and says that it is to be given again', () => {
    const extra = [
      { name: 'token', text: '***' },
      { name: 'dry', text: 'no' },
    ];
    expect(commandsToMake(started({ extra }), { folder })).toEqual([
      ['mendgate run app-down.yaml -i hosts.yaml -e dry=no', 'make these changes; give token again'],
    ]);
  });

  it('names files so that they hold in any folder where nobody says in which it is typed', () => {
    const [[command] = ['']] = commandsToMake(started({}), { stateDir: 'my runs' });
    expect(command).toBe("mendgate run /srv/ops/app-down.yaml -i /srv/ops/hosts.yaml --state-dir 'my runs'");
  });

  it('takes long lists of hosts from the kept run', () => {
    const limit = Array.from({ length: 60 }, (_, at) => `web${at}`).join(',');
    expect(commandsToMake(started({ limit }), { folder })).toEqual([
      ['mendgate runs show run-1 --hosts would_fix > due.txt', 'the hosts that would change'],
      ['mendgate run app-down.yaml -i hosts.yaml -l @due.txt', 'make these changes'],
    ]);
  });

  it('is not printed at all where it would be too long: never a wider one', () => {
    const extra = [{ name: 'text', text: 'x'.repeat(300) }];
    for (const [command, what] of commandsToMake(started({ extra, limit: 'web01' }), { folder })) {
      expect(command).toBe('mendgate runs show run-1');
      expect(what).toContain('repeat it without --dry-run');
    }
  });

  it('of an undo is about the same run and hosts', () => {
    expect(commandsToMake(started({ kind: 'undo', of: 'run-0', limit: 'web01' }), { folder })).toEqual([
      ['mendgate undo run-0 -i hosts.yaml -l web01', 'take these changes back'],
    ]);
  });
});

describe('the command that looks at hosts again', () => {
  it('names them instead of the limit of the run', () => {
    expect(
      commandsToLook(started({ limit: 'web', tags: ['a'] }), ['web01', 'web02'], 'need a look', { folder }),
    ).toEqual([['mendgate run app-down.yaml -i hosts.yaml -l web01,web02 -t a --dry-run', 'look at these again']]);
  });

  it('reads many, or long, names from the kept run', () => {
    for (const names of [Array.from({ length: 9 }, (_, at) => `web${at}`), ['x'.repeat(100), 'y'.repeat(100)]])
      expect(commandsToLook(started({}), names, 'need a look', { folder })).toEqual([
        ['mendgate runs show run-1 --hosts bad > bad.txt', `the ${names.length} hosts that need a look`],
        ['mendgate run app-down.yaml -i hosts.yaml -l @bad.txt --dry-run', 'look at these again'],
      ]);
  });
});
