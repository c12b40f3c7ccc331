import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseFields, words } from '../../../src/packs/core/fields.ts';
import { daemonScript, filesScript } from '../../../src/packs/sshd/daemon-script.ts';
import { inTempDirectory, runHere, shells } from '../core/local-host.ts';

describe.each(shells)('sshd’s files through $name', (shell) => {
  const look = async (config: string, pidFile = '') => {
    const answer = await runHere(shell, { script: filesScript, variables: { CONFIG: config, PIDFILE: pidFile } });
    expect([answer.rc, answer.stderr]).toEqual([0, '']);
    const fields = parseFields(answer.stdout);
    const decoded = (name: string) => words(fields, name).map((hex) => Buffer.from(hex, 'hex').toString('utf8'));
    return { fields, decoded };
  };

  test('are read with all that they include, and told when they changed', async () => {
    await inTempDirectory(async (folder) => {
      const at = (name: string) => join(folder, name);
      mkdirSync(at('conf.d'));
      writeFileSync(at('conf.d/50 a.conf'), 'MaxAuthTries 3\n');
      writeFileSync(at('conf.d/60-b.conf'), `Include ${at('more')}\n`);
      writeFileSync(at('conf.d/not-this'), '');
      writeFileSync(at('more'), 'UseDNS no\n');
      writeFileSync(at('sshd_config'), `include "${at('conf.d')}/*.conf" ${at('none')}\nUsePAM yes\n`);
      writeFileSync(at('pid'), '1\n');
      const { fields, decoded } = await look(at('sshd_config'), at('pid'));
      expect(decoded('file')).toEqual(['sshd_config', 'conf.d/50 a.conf', 'conf.d/60-b.conf', 'more'].map(at));
      expect(decoded('match')).toEqual(['conf.d/50 a.conf', 'conf.d/60-b.conf', 'more'].map(at));
      expect(decoded('text')[3]).toBe('UseDNS no\n');
      const times = [...words(fields, 'ctime'), ...words(fields, 'loaded')].map(Number);
      expect(times.length).toBeGreaterThan(4);
      for (const time of times) expect(Math.abs(time - Date.now() / 1000)).toBeLessThan(60);
    });
  });

  test('that include themselves come to an end', async () => {
    await inTempDirectory(async (folder) => {
      writeFileSync(join(folder, 'a'), `Include ${folder}/a\n`);
      expect((await look(join(folder, 'a'))).decoded('file').length).toBeLessThan(20);
    });
  });

  test('belong to an sshd that is looked for without a word on standard error', async () => {
    const answer = await runHere(shell, { script: daemonScript });
    expect([answer.rc, answer.stderr]).toEqual([0, '']);
    expect(parseFields(answer.stdout).has('master')).toBe(true);
  });
});
