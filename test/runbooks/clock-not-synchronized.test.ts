import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RealHost, realHostMissing, startRealHost } from './real-host.ts';

/**
 * A container has neither systemd nor a clock of its own, so this host's `systemctl`, `chronyc` and `systemd-detect-virt` are
 * scripts that keep the state of chronyd in files and answer as systemd 252 and chrony 4.3 do. Whatever else runs there is real.
 */
const prepare = `
mkdir "$folder/clock" "$folder/bin" && cd "$folder/clock"
echo inactive > state; echo disabled > file; : > calls; echo 0.000010536 > offset
for program in systemctl chronyc; do printf '#!/bin/sh\\ncd "%s/clock" || exit 1\\n' "$folder" > "$folder/bin/$program"; done
cat >> "$folder/bin/systemctl" <<'END'
case $1 in
  show)
    unit='Id=chrony.service\\nLoadState=loaded\\nActiveState=%s\\nUnitFileState=%s\\n'
    printf "$unit" "$(cat state)" "$(cat file)"
    printf '\\nId=ntpd.service\\nLoadState=not-found\\nActiveState=inactive\\nUnitFileState=\\n' ;;
  -q) exit 3 ;;
  start) echo active > state ;;
  stop) echo inactive > state ;;
  enable) echo enabled > file ;;
  disable) echo disabled > file ;;
esac
case $1 in show | -q) ;; *) echo "$*" >> calls ;; esac
END
cat >> "$folder/bin/chronyc" <<'END'
[ "$(cat state)" = active ] || { echo '506 Cannot talk to daemon'; exit 1; }
case $* in
  *tracking) echo "7F000001,192.0.2.1,6,1795258647.043,$(cat offset),0.00001,0.00004,81.4,0.798,21.9,0.0001,0.00003,1.0,Normal" ;;
  *sources) echo '^,*,192.0.2.1,5,0,377,0,0.000020544,0.000035203,0.000059407' ;;
  makestep) echo 0.000002 > offset; echo "chronyc $*" >> calls; echo '200 OK' ;;
esac
END
printf '#!/bin/sh\\necho none\\nexit 1\\n' > "$folder/bin/systemd-detect-virt"
for program in "$folder"/bin/*; do fake "$program"; done
`;

describe.skipIf(realHostMissing !== undefined)('clock-not-synchronized on a real host', () => {
  let host: RealHost;
  beforeAll(async () => {
    host = await startRealHost('clock-not-synchronized', prepare);
  }, 60_000);
  afterAll(() => host?.stop());

  const file = (name: string) => join(host.folder, 'clock', name);
  const clock = () => ['state', 'file', 'offset', 'calls'].map((name) => readFileSync(file(name), 'utf8'));

  it('looks without a change, starts the daemon, finds nothing the second time, and takes it back', async () => {
    const before = clock();
    // Other programs of this machine may be such as take a step badly.
    const may = ['-e', 'may_step=true'];
    expect(await host.run('--dry-run', ...may)).toMatchObject({ code: 0, verdict: 'would_fix' });
    expect(clock()).toEqual(before);

    const first = await host.run('--yes', ...may);
    expect(first).toMatchObject({ code: 0, verdict: 'fixed' });
    const calls = 'enable -- chrony.service\nstart -- chrony.service\n';
    expect(clock()).toEqual(['active\n', 'enabled\n', '0.000010536\n', calls]);

    expect(await host.run('--yes')).toMatchObject({ code: 0, verdict: 'healthy' });
    expect(clock().at(-1)).toBe(calls);

    expect(await host.call('undo', first.run, '--yes')).toMatchObject({ verdict: 'rolled_back' });
    expect(clock().slice(0, 3)).toEqual(before.slice(0, 3));
  }, 120_000);

  it('lets no clock jump without a word for it', async () => {
    writeFileSync(file('state'), 'active\n');
    writeFileSync(file('offset'), '99.972534180\n');
    writeFileSync(file('calls'), '');
    expect(await host.run('--yes')).toMatchObject({
      code: 2,
      verdict: 'not_fixed',
      reason: expect.stringMatching(/off by 99\.97253418 s.*may_step=true/),
    });
    expect(await host.run('--yes', '-e', 'may_step=true')).toMatchObject({ code: 5, verdict: 'refused' });
    expect(clock().at(-1)).toBe('');

    expect(await host.run('--yes', '-e', 'may_step=true', '--allow-irreversible')).toMatchObject({
      code: 0,
      verdict: 'fixed',
    });
    expect(clock().at(-1)).toBe('chronyc makestep\n');
    expect(await host.run('--yes')).toMatchObject({ code: 0, verdict: 'healthy' });
  }, 120_000);
});
