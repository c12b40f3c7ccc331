import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RealHost, realHostMissing, startRealHost } from './real-host.ts';

/**
 * No container has systemd, so this host's `systemctl` and `journalctl` are scripts that keep the state of one unit in files and
 * answer as systemd 252 does. Whatever else runs there is real.
 */
const prepare = `
mkdir "$folder/unit" && cd "$folder/unit" && echo failed > state && echo disabled > file && echo yes > reload && : > calls
cat > "$folder/systemctl" <<END
#!/bin/sh
cd "$folder/unit" || exit 1
END
cat >> "$folder/systemctl" <<'END'
case $1 in
  show)
    printf 'Type=simple\\nResult=exit-code\\nNRestarts=0\\nExecMainPID=0\\nExecMainCode=1\\nExecMainStatus=203\\nLoadState=loaded\\n'
    printf 'ActiveState=%s\\nSubState=x\\nUnitFileState=%s\\nNeedDaemonReload=%s\\n' "$(cat state)" "$(cat file)" "$(cat reload)"
    printf 'ActiveEnterTimestamp=Fri 2020-11-20 22:04:01 UTC\\n' ;;
  start) echo active > state ;;
  stop) echo inactive > state ;;
  reset-failed) echo inactive > state ;;
  daemon-reload) echo no > reload ;;
  enable) echo enabled > file ;;
  disable) echo disabled > file ;;
esac
[ "$1" = show ] || echo "$*" >> calls
END
printf '#!/bin/sh\\necho "app: no such program"\\n' > "$folder/journalctl"
fake "$folder/systemctl"
fake "$folder/journalctl"
`;

describe.skipIf(realHostMissing !== undefined)('systemd-unit-failed on a real host', () => {
  let host: RealHost;
  beforeAll(async () => {
    host = await startRealHost('systemd-unit-failed', prepare);
  }, 60_000);
  afterAll(() => host?.stop());

  const unit = () =>
    ['state', 'file', 'reload', 'calls'].map((name) => readFileSync(join(host.folder, 'unit', name), 'utf8'));
  const run = (...args: readonly string[]) => host.run('-e', 'unit=app', '-e', 'enable=true', ...args);

  it('looks without a change, starts a unit whose file was mended, finds nothing the second time, and takes it back', async () => {
    const before = unit();
    expect(await run('--dry-run')).toMatchObject({ code: 0, verdict: 'would_fix' });
    expect(unit()).toEqual(before);

    const first = await run('--yes');
    expect(first).toMatchObject({ code: 0, verdict: 'fixed' });
    const calls = 'daemon-reload\nreset-failed -- app.service\nstart -- app.service\nenable -- app.service\n';
    expect(unit()).toEqual(['active\n', 'enabled\n', 'no\n', calls]);

    expect(await run('--yes')).toMatchObject({ code: 0, verdict: 'healthy' });
    expect(unit().at(3)).toBe(calls);

    expect(await host.call('undo', first.run, '--yes')).toMatchObject({ verdict: 'rolled_back' });
    expect(unit()).toEqual([
      'inactive\n',
      'disabled\n',
      'no\n',
      `${calls}disable -- app.service\nstop -- app.service\n`,
    ]);
  }, 120_000);
});
