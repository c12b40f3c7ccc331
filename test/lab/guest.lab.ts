import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Guest, startGuest } from './guest.ts';
import { guestKinds, isKindName } from './kinds.ts';
import { diffState } from './state.ts';

// What the scenarios rely on, on real guests: npm run test:lab -- test/lab/guest.lab.ts
describe('a guest', () => {
  let guest: Guest;
  beforeAll(async () => {
    guest = await startGuest({ kind: 'selinux' });
  });
  afterAll(async () => {
    await guest?.stop();
  });

  test('is a healthy SELinux host whose nginx runs confined', async () => {
    const { stdout } = await guest.exec('getenforce; systemctl is-system-running; ps -eo label,comm | grep nginx');
    expect(stdout).toMatch(/^Enforcing\nrunning\nsystem_u:system_r:httpd_t:s0 +nginx/);
  });

  test('has today’s clock', async () => {
    const { stdout } = await guest.exec('date +%s');
    expect(Math.abs(Number(stdout) - Date.now() / 1000)).toBeLessThan(5);
  });

  test('has the same state hash as long as nobody changes it, read in well under a second', async () => {
    const first = await guest.stateHash();
    const started = performance.now();
    expect(await guest.stateHash()).toBe(first);
    expect(performance.now() - started).toBeLessThan(2000);
  });

  test.each([
    ['a boolean, now only', 'setsebool httpd_can_network_connect 1', /^booleans: \+ httpd_can_network_connect:1 1$/],
    ['a label', 'chcon -t tmp_t /srv/app', /^files: \+ \/srv\/app .*:tmp_t:/],
    ['an access list', 'setfacl -m u:www-data:r /srv/app', /^acls: \+ \/srv\/app user:33:r--$/],
    [
      'a configuration file',
      'echo >>/etc/nginx/conf.d/app.conf',
      /^files: \+ [0-9a-f]{64} +\/etc\/nginx\/conf.d\/app.conf$/,
    ],
    ['a stopped service', 'systemctl stop nginx', /^units: - nginx$/],
    ['the enforcing mode', 'setenforce 0', /^mode: \+ 0$/],
    ['a marker of ours', 'mkdir /var/lib/mendgate', /^markers: \+ \/var\/lib\/mendgate$/],
    ['another trace of ours', 'mkdir /run/mendgate.lock', /^mendgate: \+ \/run\/mendgate.lock$/],
  ])('shows %s in its state, and reset takes it back', async (_, change, difference) => {
    const before = await guest.state();
    expect((await guest.exec(change)).rc).toBe(0);
    expect(diffState(before, await guest.state())).toContainEqual(expect.stringMatching(difference));
    await guest.reset();
    expect(diffState(before, await guest.state())).toEqual([]);
  });

  test('gets files with the label of their folder', async () => {
    await guest.put('/etc/nginx/conf.d/it’s.conf', '# $HOME `x`\n');
    const { stdout } = await guest.exec('cd /etc/nginx/conf.d; cat it*; stat -c %C it*');
    expect(stdout).toMatch(/^# \$HOME `x`\n.*:httpd_config_t:/);
  });

  test('lets ops become root, opspw with a password, plain never', async () => {
    const sudo = async (user: string, command: string) => (await guest.exec(command, { user })).stdout.trim();
    expect(await sudo('ops', 'sudo -n id -u')).toBe('0');
    expect(await sudo('opspw', 'sudo -n id -u 2>/dev/null; echo lab-password | sudo -S -p "" id -u')).toBe('0');
    expect(await sudo('plain', 'sudo -n id -u 2>/dev/null || echo no')).toBe('no');
  });

  test('comes back from a reboot as another boot, with what was made persistent and without the rest', async () => {
    const before = await guest.exec('cat /proc/sys/kernel/random/boot_id; touch /run/gone /root/kept');
    await guest.reboot();
    const after = await guest.exec(
      'cat /proc/sys/kernel/random/boot_id; ls /run/gone /root/kept 2>/dev/null; getenforce',
    );
    expect(after.stdout.split('\n')[0]).not.toBe(before.stdout.split('\n')[0]);
    expect(after.stdout).toContain('/root/kept\nEnforcing');
    expect(after.stdout).not.toContain('/run/gone');
    await guest.reset();
  });
});

test.each([
  ['permissive', 'getenforce', /^Permissive$/],
  ['disabled', 'getenforce', /^Disabled$/],
  ['apparmor', 'cat /proc/$(pgrep -o nginx)/attr/current', /^nginx \(enforce\)$/],
  ['minimal', 'getenforce; command -v semanage sesearch ausearch auditctl', /^Enforcing$/],
])('a guest of the kind %s is what its name says, after a reboot too', async (kind, look, pattern) => {
  if (!isKindName(kind)) throw new Error(`no such kind among ${Object.keys(guestKinds)}`);
  const guest = await startGuest({ kind });
  try {
    expect((await guest.exec(look)).stdout.trim()).toMatch(pattern);
    await guest.reboot();
    expect((await guest.exec(look)).stdout.trim()).toMatch(pattern);
  } finally {
    await guest.stop();
  }
});

test('several guests run side by side and know nothing of each other', async () => {
  const [one, other] = await Promise.all([startGuest({ kind: 'selinux' }), startGuest({ kind: 'selinux' })]);
  try {
    await one.exec('setsebool httpd_can_network_connect 1');
    expect((await one.exec('getsebool httpd_can_network_connect')).stdout).toContain('--> on');
    expect((await other.exec('getsebool httpd_can_network_connect')).stdout).toContain('--> off');
  } finally {
    await Promise.all([one.stop(), other.stop()]);
  }
});
