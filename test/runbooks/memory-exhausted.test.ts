import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ownFilesHostMissing as missing, type OwnFilesHost, startOwnFilesHost } from './own-files-host.ts';

const heading = 'Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n';

/**
 * A real sshd and this machine's own kernel log, memory and processes. Only swap is not real, since it would be this machine's:
 * /proc/swaps is a file, which swapon and swapoff of the host's own write. The real ones were seen on a guest of the lab.
 */
describe.skipIf(missing !== undefined)(
  `a host whose swap is off${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    let host: OwnFilesHost;
    let dir: string;
    let swaps: string;
    beforeEach(async () => {
      dir = mkdtempSync(join(tmpdir(), 'mendgate-memory-'));
      swaps = join(dir, 'swaps');
      writeFileSync(swaps, heading);
      writeFileSync(join(dir, 'swapfile'), '');
      const tool = (name: string, text: string) => {
        writeFileSync(join(dir, name), `#!/bin/sh\nfor last; do :; done\n${text}\n`);
        chmodSync(join(dir, name), 0o755);
        return `mount --bind ${join(dir, name)} $(readlink -f $(command -v ${name}))`;
      };
      const prepare = [
        `echo '${join(dir, 'swapfile')} none swap sw,pri=5 0 0' >/etc/fstab`,
        `mount --bind ${swaps} /proc/swaps`,
        tool('swapon', `echo "$last file 65532 0 5" >>${swaps}`),
        tool('swapoff', `grep -vF "$last " ${swaps} >${swaps}.new; cat ${swaps}.new >${swaps}`),
      ];
      host = await startOwnFilesHost('memory-exhausted', dir, { prepare: prepare.join('\n') });
    }, 60_000);
    afterEach(async () => {
      await host?.stop();
    });

    // What others do to this machine's memory meanwhile is not the test's: no share of it is too little, no wait too long.
    const run = (...more: readonly string[]) =>
      host.run('-e', 'since=1s', '-e', 'min_available=0', '-e', 'max_pressure=100', ...more);

    it('gets what fstab names; the second run finds nothing to do, and undo switches it off', async () => {
      const dry = await run('--dry-run');
      expect(dry.code, dry.stdout + dry.stderr).toBe(0);
      expect(dry.stdout).toContain(`swap ${join(dir, 'swapfile')}: off → on`);
      expect(dry.stdout).toContain('Who holds most: ');
      expect(readFileSync(swaps, 'utf8')).toBe(heading);

      const looked = host.runs();
      const real = await run('--yes');
      expect(real.code, real.stdout + real.stderr).toBe(0);
      expect(readFileSync(swaps, 'utf8')).toBe(`${heading}${join(dir, 'swapfile')} file 65532 0 5\n`);
      const [made = ''] = host.runs().filter((name) => !looked.includes(name));

      const again = await run('--yes');
      expect(again.stdout, again.stderr).toContain('healthy');
      const undone = await host.undo(made);
      expect(undone.code, undone.stdout + undone.stderr).toBe(0);
      expect(readFileSync(swaps, 'utf8')).toBe(heading);
    }, 120_000);

    it('is left to a person where too little is left', async () => {
      const end = await run('--dry-run', '-e', 'min_available=101');
      expect(end.code).toBe(2);
      expect(end.stdout).toContain('Memory is nearly gone at this moment; see who holds most.');
    }, 60_000);
  },
);
