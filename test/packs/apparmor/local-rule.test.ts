import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/model/json.ts';
import { Unknown } from '../../../src/model/unknown.ts';
import localRule, { readLocalRule } from '../../../src/packs/apparmor/apparmor-local-rule-action.ts';
import status from '../../../src/packs/apparmor/apparmor-status-probe.ts';
import { findLocalRuleScript, writeLocalRuleScript } from '../../../src/packs/apparmor/local-rule-script.ts';
import { fieldFunctions, parseFields } from '../../../src/packs/core/fields.ts';
import { inTempDirectory, runHere, type Shell, shells } from '../core/local-host.ts';

const rule = '/run/app.sock rw,';
const profileText =
  'include <tunables/global>\n\nprofile nginx /usr/{bin,sbin}/nginx flags=(attach_disconnected) {\n  /etc/nginx/** r,\n\n  include if exists <local/usr.sbin.nginx>\n}\n';

/** A host's AppArmor in a folder: its profiles, and a parser that refuses rules with "bad". */
async function withProfiles<T>(shell: Shell, use: (folder: string, shell: Shell) => Promise<T>): Promise<T> {
  return inTempDirectory(async (folder) => {
    mkdirSync(`${folder}/d/local`, { recursive: true });
    mkdirSync(`${folder}/bin`);
    writeFileSync(`${folder}/d/usr.sbin.nginx`, profileText);
    writeFileSync(`${folder}/d/other`, '/usr/bin/other {\n  #include <local/other>\n}\n');
    writeFileSync(`${folder}/profiles`, 'nginx (enforce)\n/usr/bin/other (complain)\n');
    writeFileSync(
      `${folder}/bin/apparmor_parser`,
      `#!/bin/sh
case "$*" in
-N*) echo nginx; exit;;
-K*) cat ${folder}/d/usr.sbin.nginx ${folder}/d/local/usr.sbin.nginx 2>/dev/null; exit;;
esac
echo "$@" >> ${folder}/loads
! grep -rq bad ${folder}/d/local
`,
    );
    chmodSync(`${folder}/bin/apparmor_parser`, 0o755);
    return use(folder, { ...shell, path: `${folder}/bin:${shell.path}` });
  });
}

async function look(folder: string, shell: Shell, profile: string) {
  const answer = await runHere(shell, {
    script: `${fieldFunctions}${findLocalRuleScript}`,
    variables: { PROFILE: profile, DIR: `${folder}/d`, SECURITYFS: folder, PARAMETERS: folder },
  });
  return readLocalRule(parseFields(answer.stdout), profile);
}

/** The same state as if it were in /etc/apparmor.d. */
function write(folder: string, shell: Shell, text: string | undefined, removeFolder = false) {
  const variables = {
    LOCAL: `${folder}/d/local/usr.sbin.nginx`,
    PROFILEFILE: `${folder}/d/usr.sbin.nginx`,
    CACHE: `${folder}/cache`,
    REMOVE: text === undefined ? '1' : '',
    REMOVEFOLDER: removeFolder ? '1' : '',
  };
  return runHere(shell, { script: writeLocalRuleScript, variables, ...(text === undefined ? {} : { stdin: text }) });
}

describe.each(shells)('apparmor.local_rule in $name', (shell) => {
  test('finds the file that a named profile includes for local rules', async () => {
    await withProfiles(shell, async (folder, sh) => {
      expect(await look(folder, sh, 'nginx')).toEqual({
        profileFile: `${folder}/d/usr.sbin.nginx`,
        local: '/etc/apparmor.d/local/usr.sbin.nginx',
        exists: false,
        text: '',
        folder: true,
        current: 'unknown',
      });
      writeFileSync(`${folder}/d/local/other`, '# mine\n');
      expect(await look(folder, sh, '/usr/bin/other')).toMatchObject({ exists: true, text: '# mine\n' });
    });
  });

  test('does not guess when the profile is not loaded, not there, or includes nothing', async () => {
    await withProfiles(shell, async (folder, sh) => {
      writeFileSync(`${folder}/profiles`, 'nginx (enforce)\nbare (enforce)\ngone (enforce)\n');
      writeFileSync(`${folder}/d/bare`, 'profile bare /bin/bare {\n}\n');
      const reason = async (profile: string) => {
        const found = await look(folder, sh, profile);
        return found instanceof Unknown ? found.reason : 'known';
      };
      expect(await reason('/usr/bin/other')).toMatch(/not loaded/);
      expect(await reason('gone')).toMatch(/no file/);
      expect(await reason('bare')).toMatch(/does not include/);
      writeFileSync(`${folder}/d/copy`, profileText);
      expect(await reason('nginx')).toMatch(/2 files/);
    });
  });

  test('writes the file whole, loads the profile, and removes it again', async () => {
    await withProfiles(shell, async (folder, sh) => {
      const local = `${folder}/d/local/usr.sbin.nginx`;
      expect((await write(folder, sh, `${rule}\n`)).rc).toBe(0);
      expect(readFileSync(local, 'utf8')).toBe(`${rule}\n`);
      expect(readFileSync(`${folder}/loads`, 'utf8')).toBe(`-r -T -- ${folder}/d/usr.sbin.nginx\n`);
      expect((await write(folder, sh, undefined)).rc).toBe(0);
      expect(readdirSync(`${folder}/d/local`)).toEqual([]);
    });
  });

  test('has the boot’s cached profile written anew, where there is one: it would keep a removed rule', async () => {
    await withProfiles(shell, async (folder, sh) => {
      mkdirSync(`${folder}/cache/6b0d76a2.0`, { recursive: true });
      writeFileSync(`${folder}/cache/6b0d76a2.0/usr.sbin.nginx`, '');
      await write(folder, sh, undefined);
      expect(readFileSync(`${folder}/loads`, 'utf8')).toBe(`-r -T -W -- ${folder}/d/usr.sbin.nginx\n`);
    });
  });

  test.each(['sha1', 'sha256'])(
    'changes nothing where the kernel lacks what the file says already (%s)',
    async (kind) => {
      await withProfiles(shell, async (folder, sh) => {
        const loaded = `${folder}/policy/profiles/nginx.3`;
        mkdirSync(loaded, { recursive: true });
        writeFileSync(`${loaded}/name`, 'nginx\n');
        const sum = (text: string) => createHash(kind).update(text).digest('hex');
        writeFileSync(`${loaded}/raw_${kind}`, `${sum(profileText)}\n`);
        expect(await look(folder, sh, 'nginx')).toMatchObject({ current: 'yes' });
        writeFileSync(`${folder}/d/local/usr.sbin.nginx`, `${rule}\n`);
        expect(await look(folder, sh, 'nginx')).toMatchObject({
          reason: expect.stringMatching(/changed since the kernel loaded it.*apparmor_parser -r .*usr\.sbin\.nginx$/),
        });
        writeFileSync(`${loaded}/raw_${kind}`, `${sum(`${profileText}${rule}\n`)}\n`);
        expect(await look(folder, sh, 'nginx')).toMatchObject({ current: 'yes' });
      });
    },
  );

  test('leaves a local file alone that is a symbolic link, or no file', async () => {
    await withProfiles(shell, async (folder, sh) => {
      const local = `${folder}/d/local/usr.sbin.nginx`;
      for (const target of [`${folder}/managed`, `${folder}/nowhere`]) {
        writeFileSync(`${folder}/managed`, '# by another tool\n');
        symlinkSync(target, local);
        expect(await look(folder, sh, 'nginx')).toMatchObject({ reason: expect.stringContaining('symbolic link') });
        expect((await write(folder, sh, `${rule}\n`)).rc).not.toBe(0);
        expect(readlinkSync(local)).toBe(target);
        rmSync(local);
      }
      mkdirSync(local);
      expect(await look(folder, sh, 'nginx')).toMatchObject({ reason: expect.stringContaining('no regular file') });
    });
  });

  test('makes the folder of local files readable for all, and takes it away again', async () => {
    await withProfiles(shell, async (folder, sh) => {
      rmSync(`${folder}/d/local`, { recursive: true });
      expect(await look(folder, sh, 'nginx')).toMatchObject({ folder: false });
      expect((await write(folder, sh, 'bad')).rc).not.toBe(0);
      expect(existsSync(`${folder}/d/local`)).toBe(false);
      expect((await write(folder, sh, `${rule}\n`)).rc).toBe(0);
      expect(statSync(`${folder}/d/local`).mode & 0o777).toBe(0o755);
      expect(statSync(`${folder}/d/local/usr.sbin.nginx`).mode & 0o777).toBe(0o644);
      expect((await write(folder, sh, undefined, true)).rc).toBe(0);
      expect(existsSync(`${folder}/d/local`)).toBe(false);
    });
  });

  test('keeps the folder of local files when others have come into it', async () => {
    await withProfiles(shell, async (folder, sh) => {
      await write(folder, sh, `${rule}\n`);
      writeFileSync(`${folder}/d/local/other`, '');
      expect((await write(folder, sh, undefined, true)).rc).toBe(0);
      expect(readdirSync(`${folder}/d/local`)).toEqual(['other']);
    });
  });

  test('puts the file back when it is stopped while the parser works', async () => {
    await withProfiles(shell, async (folder, sh) => {
      // The parser asks the shell above it to stop, as the end of a fix's time does.
      writeFileSync(`${folder}/bin/apparmor_parser`, '#!/bin/sh\nkill -TERM "$PPID"\n');
      const local = `${folder}/d/local/usr.sbin.nginx`;
      writeFileSync(local, 'good\n');
      expect((await write(folder, sh, `${rule}\n`)).rc).not.toBe(0);
      expect(readFileSync(local, 'utf8')).toBe('good\n');
      expect(readdirSync(`${folder}/d/local`)).toEqual(['usr.sbin.nginx']);
    });
  });

  test('apparmor.status tells mode, file and local file, or that AppArmor is off', async () => {
    await withProfiles(shell, async (folder, sh) => {
      const seen = async (profile: string) => {
        const variables = { PROFILE: profile, DIR: `${folder}/d`, SECURITYFS: folder, PARAMETERS: folder };
        const run = () => runHere(sh, { script: `${fieldFunctions}${findLocalRuleScript}`, variables });
        return status.read({ since: 0, run }, { profile } as never);
      };
      expect(await seen('')).toMatchObject({ enabled: false, loaded: false, included: false });
      writeFileSync(`${folder}/enabled`, 'Y\n');
      expect(await seen('nginx')).toMatchObject({
        enabled: true,
        loaded: true,
        mode: 'enforce',
        file: `${folder}/d/usr.sbin.nginx`,
        local: '/etc/apparmor.d/local/usr.sbin.nginx',
        included: true,
        local_exists: false,
      });
      expect(await seen('/usr/bin/other')).toMatchObject({ mode: 'complain' });
      expect(await seen('gone')).toMatchObject({ loaded: false, mode: '', file: '' });
      writeFileSync(`${folder}/profiles`, 'nginx (kill)\n');
      writeFileSync(`${folder}/d/usr.sbin.nginx`, 'profile nginx /usr/sbin/nginx {\n}\n');
      expect(await seen('nginx')).toMatchObject({ mode: 'kill', included: false, local: '' });
    });
  });

  test('puts the file back at once when the parser refuses it', async () => {
    await withProfiles(shell, async (folder, sh) => {
      const local = `${folder}/d/local/usr.sbin.nginx`;
      expect((await write(folder, sh, 'bad')).rc).not.toBe(0);
      expect(existsSync(local)).toBe(false);
      writeFileSync(local, 'good\n', { mode: 0o640 });
      expect((await write(folder, sh, 'bad')).rc).not.toBe(0);
      expect(readFileSync(local, 'utf8')).toBe('good\n');
      expect(readdirSync(`${folder}/d/local`)).toEqual(['usr.sbin.nginx']);
    });
  });
});

describe('the decision', () => {
  const state = {
    profileFile: '/etc/apparmor.d/usr.sbin.nginx',
    local: '/etc/apparmor.d/local/usr.sbin.nginx',
    exists: true,
    text: '# mine',
    folder: true,
    current: 'yes',
  };
  const decide = (text: string) => localRule.diff({ ...state, text }, { profile: 'nginx', rules: [rule] } as never);

  test.each([
    ['', `${rule}\n`],
    ['# mine', `# mine\n${rule}\n`],
    ['# mine\n', `# mine\n${rule}\n`],
  ])('the rule is added below what is there (%j)', (before, after) => {
    expect(decide(before)).toMatchObject({ before, after });
  });

  test('several rules are one change; what is there already is not written again', () => {
    const wanted = { profile: 'nginx', rules: [rule, 'network inet stream,', 'network inet6 stream,'] };
    const change = localRule.diff({ ...state, text: 'network inet stream,\n' }, wanted as never) as Json;
    expect(change).toMatchObject({ after: `network inet stream,\n${rule}\nnetwork inet6 stream,\n` });
    expect(localRule.describe(change)).toContain(`also allows "${rule}", "network inet6 stream,", in /etc/`);
  });

  test('nothing is done when the rule stands there', () => {
    expect(decide(`# mine\n  ${rule}\n`)).toBeUndefined();
  });

  test('says so when nobody can tell whether more than the rule takes effect', () => {
    const shown = (current: string) =>
      localRule.describe(localRule.diff({ ...state, current }, { profile: 'nginx', rules: [rule] } as never) as Json);
    const plain = `AppArmor profile nginx: also allows "${rule}", in /etc/apparmor.d/local/usr.sbin.nginx`;
    expect(shown('yes')).toBe(plain);
    expect(shown('unknown')).toBe(
      `${plain}; if /etc/apparmor.d/usr.sbin.nginx was changed since it was loaded, which this host does not tell, that takes effect too, and stays after an undo`,
    );
  });

  test('undo writes exactly what was there, or removes the file', () => {
    const change = decide('# mine') as Json;
    if (localRule.rollback.kind !== 'undo') throw new Error('no undo');
    expect(localRule.rollback.undo(change, state)).toMatchObject([{ stdin: '# mine' }]);
    const [remove] = localRule.rollback.undo(change, { ...state, exists: false, text: '' });
    expect(remove).toMatchObject({ variables: { REMOVE: '1', REMOVEFOLDER: '' } });
    expect(remove).not.toHaveProperty('stdin');
    const bare = { ...state, exists: false, text: '', folder: false };
    expect(localRule.rollback.undo(change, bare)).toMatchObject([{ variables: { REMOVE: '1', REMOVEFOLDER: '1' } }]);
  });

  const params = { profile: 'nginx', rules: [rule, 'network inet stream,'] };
  const made = `${rule}\nnetwork inet stream,\n`;
  test.each([
    ['# mine\n', `# mine\n${made}`, '# mine\n'],
    ['# mine', `# mine\n${made}`, '# mine'],
    ['# mine\n', `# mine\n${made}/srv/** r,\n`, '# mine\n/srv/** r,\n'],
    ['', `# by hand\n  ${rule}\n/srv/** r,\nnetwork inet stream,\n`, '# by hand\n/srv/** r,\n'],
    [`${rule}\n`, `${rule}\nnetwork inet stream,\n# more\n`, `${rule}\n# more\n`],
    ['# mine\n', '# mine\n/srv/** r,\n', '# mine\n/srv/** r,\n'],
    ['', `${rule}\n`, undefined],
    ['', `${made}${rule}\n`, undefined],
  ])('undo takes its own rules out of what stands since: %j, now %j', (text, now, left) => {
    const before = { ...state, text };
    const back = localRule.rebase?.(before, { ...state, text: now }, params as never);
    expect(back).toEqual(left === undefined ? undefined : { ...state, text: left });
  });

  test.each([
    ['/run/app.sock rw,', true],
    ['owner /run/app.sock w,', true],
    ['network inet stream,', true],
    ['/run/** rw,', false],
    ['/run/{a,b} rw,', false],
    ['@{run}/a rw,', false],
    ['/bin/sh ix,', false],
    ['/run/a rw,\n/** rw,', false],
    ['/run/a rw, # x', false],
    ['capability sys_admin,', false],
    ['network,', false],
  ])('rule %j is accepted: %s', (text, accepted) => {
    const { rules } = localRule.params.properties;
    const schema = rules?.type === 'array' ? rules.items : undefined;
    const pattern = schema?.type === 'string' ? (schema.pattern ?? '') : '';
    expect(new RegExp(pattern, 'u').test(text)).toBe(accepted);
  });
});
