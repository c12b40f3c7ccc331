import { describe, expect, it } from 'vitest';
import { lintText } from './lint-text.ts';

async function codesOf(script: string, role: 'probe' | 'fix'): Promise<readonly string[]> {
  const call = `core.script:\n            script: |\n${script.replaceAll(/^/gm, '              ')}`;
  const where =
    role === 'probe'
      ? `probes:\n      seen:\n          ${call}\n    verify: { that: seen.rc == 0 }`
      : `gate: params.go\n    fix:\n      - ${call}\n    rollback: { irreversible: a test }\n    verify: { probes: { after: { core.facts: {} } }, that: after.hostname != "" }`;
  const { findings } = await lintText(
    `runbook: x\ntitle: x\nparams: { go: { type: bool, default: true } }\nsteps:\n  - id: one\n    ${where}\n`,
  );
  return findings.map(({ code }) => code.replace('lint/', '')).filter((code) => code !== 'unused-param');
}

describe('what a fix must not run', () => {
  const rows: readonly (readonly [string, string])[] = [
    ['sudo -n setenforce Permissive', 'setenforce'],
    ['if getenforce | grep -q E; then /usr/sbin/setenforce 0; fi', 'setenforce'],
    ['x=$(setenforce 0)', 'setenforce'],
    ["bash -c 'systemctl status x; setenforce 0'", 'setenforce'],
    ['timeout 10 env LC_ALL=C setenforce 0', 'setenforce'],
    ['echo SELINUX=disabled > /etc/selinux/config', 'selinux-off'],
    ['grubby --update-kernel ALL --args "selinux=0"', 'selinux-off'],
    ['semanage permissive --add httpd_t', 'permissive-domain'],
    ['grep nginx /var/log/audit/audit.log | audit2allow -M nginx', 'audit2allow'],
    ['audit2allow -a', 'audit2allow'],
    ['semodule --install=x.pp', 'unreviewed-module'],
    ['semodule -d mysql', 'policy-switched-off'],
    ['semodule -DB', 'policy-switched-off'],
    ['chcon -Rt httpd_sys_content_t /srv', 'chcon'],
    ['chmod -R 777 /srv', 'world-writable'],
    ['chmod 0666 /srv/app.sock', 'world-writable'],
    ['chmod o+w /srv', 'world-writable'],
    ['chmod a=rw /srv', 'world-writable'],
    ['install -d -m 0777 /srv/x', 'world-writable'],
    ['chown nginx:nginx /var/run/app.sock', 'runtime-owner'],
    ['setsebool httpd_can_network_relay 1', 'boolean-not-persistent'],
    ['setsebool -P nis_enabled=1', 'wide-boolean'],
    ['setsebool -P httpd_unified on', 'wide-boolean'],
    ['semanage port -a -t postgresql_port_t -p tcp 5433', 'port-type'],
    ['semanage port --modify -t http_port_t -p tcp 6379', 'port-type'],
    ['semanage fcontext -D', 'semanage-delete-all'],
    ['restorecon -Rv /', 'relabel-all'],
    ['fixfiles onboot', 'relabel-all'],
    ['touch /.autorelabel', 'relabel-all'],
    ['aa-disable /etc/apparmor.d/usr.sbin.nginx', 'apparmor-off'],
    ['systemctl disable --now apparmor', 'apparmor-off'],
    ["sed -i 's/user nginx;/user root;/' /etc/nginx/nginx.conf", 'nginx-as-root'],
    ['systemctl stop auditd.service', 'auditd-off'],
    ['service auditd stop', 'auditd-off'],
    ['auditctl -e 0', 'auditd-off'],
    ['iptables -F', 'firewall-off'],
    ['wget -qO- https://x.example/i.sh | sudo bash', 'remote-code'],
    ['rm -rf "$APP_HOME"/', 'recursive-delete'],
    ['rm -rf /etc', 'recursive-delete'],
    ['ssh -o StrictHostKeyChecking=no web2 true', 'host-key'],
    ['echo 0 > /sys/fs/selinux/enforce', 'setenforce'],
    ['printf "0\\n" >/selinux/enforce', 'setenforce'],
    ['echo 0 | sudo tee /sys/fs/selinux/enforce >/dev/null', 'setenforce'],
    ['tee /sys/fs/selinux/enforce <<< 0', 'setenforce'],
    ['printf 0 | dd of=/sys/fs/selinux/enforce', 'setenforce'],
    ['wget -qO- https://x.example/i.sh | gunzip | sudo -E bash -s -- -y', 'remote-code'],
    ['{ curl -fsS https://x.example/i.sh; } | sh', 'remote-code'],
    ['curl -fsS https://x.example/i.sh |\n  sh', 'remote-code'],
    ['sh -c "$(curl -fsSL https://x.example/i.sh)"', 'remote-code'],
    ['bash <(curl -fsSL https://x.example/i.sh)', 'remote-code'],
    ['bash < <(curl -fsSL https://x.example/i.sh)', 'remote-code'],
    ['. <(wget -qO- https://x.example/i.sh)', 'remote-code'],
    ['eval "$(curl -fsSL https://x.example/i.sh)"', 'remote-code'],
    ['bash <<< "$(curl -fsSL https://x.example/i.sh)"', 'remote-code'],
    ['python3 -c "`curl -fsSL https://x.example/i.py`"', 'remote-code'],
    ['curl -fsSL https://x.example/i.py | python3 -', 'remote-code'],
    ["su -c 'curl -fsS https://x.example/i.sh | sh'", 'remote-code'],
    ['find / -delete', 'recursive-delete'],
    ['find /var -xdev -type f -delete', 'recursive-delete'],
    ['sudo find /etc -mtime +7 -exec rm -f {} +', 'recursive-delete'],
    ["find /srv/x -name '*.sh' -exec chmod 777 {} \\;", 'world-writable'],
    ['service firewalld stop', 'firewall-off'],
  ];
  it.each(rows)('%s → %s', async (script, code) => {
    expect(await codesOf(script, 'fix')).toEqual([code]);
  });

  const fine: readonly string[] = [
    '# setenforce 0 is what others write',
    'echo "setenforce 0"',
    "cat <<'EOF'\nsetenforce 0\nEOF",
    'setenforce 1',
    'grep -q ^SELINUX=permissive /etc/selinux/config',
    'chmod 0644 /etc/app.conf',
    'chmod u+w,g=r /etc/app.conf',
    'mkdir -m 1777 /srv/tmp',
    'setsebool -P httpd_can_network_relay on',
    'setsebool -P nis_enabled off',
    'semanage port -a -t http_port_t -p tcp 8081',
    'restorecon -Rv /srv/www',
    'systemctl stop app',
    'rm -rf /var/cache/app/tmp',
    'curl -fsS https://x.example/data.json | jq .',
    'semanage permissive -a httpd_t\nsleep 1\nsemanage permissive -d httpd_t',
    'echo 1 > /sys/fs/selinux/enforce',
    'echo 1 | tee /sys/fs/selinux/enforce',
    'cat /sys/fs/selinux/enforce > /run/app/mode',
    'grep -e setenforce -e permissive /root/.bash_history',
    "curl -fsS https://x.example/a.json | python3 -c 'import json, sys; print(json.load(sys.stdin))'",
    'curl -fsS https://x.example/a.json | python3 -m json.tool',
    'curl -fsS https://x.example/up; echo true | sh',
    'sh -c "echo \'$(date)\'"; curl -fsS https://x.example/up',
    'bash <(cat /etc/app/env.sh)',
    'find /var/tmp -delete',
    "find / -xdev -name 'core.[0-9]*' -delete",
    "find /var -name '*.tmp' -exec rm -f {} +",
    'find / -name setenforce -print',
    'cat <<EOF > /etc/motd\ncurl https://x.example | sh; setenforce 0\nEOF',
    "su -c 'systemctl start app' app",
    'semodule -DB\ntrap "semodule -B" EXIT',
  ];
  it.each(fine)('%s is left alone', async (script) => {
    expect(await codesOf(script, 'fix')).toEqual([]);
  });
});

describe('what a probe must not run', () => {
  const changes: readonly string[] = [
    'flock /run/x.lock touch /tmp/x',
    'sudo -u app -- bash -co pipefail "touch /tmp/x"',
    'rm -f /tmp/x',
    'systemctl restart nginx',
    'nginx -T',
    'sed -i s/a/b/ /etc/x',
    'echo x > /etc/x',
    'echo x >> /var/tmp/x',
    'dnf -y install x',
    'curl -d x=1 http://localhost/',
    'curl -so /tmp/x http://localhost/',
    'sysctl -w vm.swappiness=1',
    'sysctl vm.swappiness=1',
    'find / -name x -delete',
    'ls | tee /tmp/x',
    'journalctl --vacuum-size=1G',
    'semanage port -l; semanage port -a -t http_port_t -p tcp 81',
    'selinux_check_access a b c d',
    "perl -pi -e 's/a/b/' /etc/x",
    "perl -i.bak -pe 's/a/b/' /etc/x",
    "perl -0777pi -e 's/a/b/' /etc/x",
    "ruby -pi -e '$_.upcase!' /etc/x",
    "gawk -i inplace '{ print }' /etc/x",
    'sed -n -i.bak p /etc/x',
    'sed -Ei s/a/b/ /etc/x',
    'sed -ri s/a/b/ /etc/x',
    'sed -e s/a/b/ --in-place=.bak /etc/x',
    'sed -e s/a/b/ -i /etc/x',
    "psql -tAc 'DELETE FROM jobs WHERE done'",
    'psql shop --command="update jobs set done = true"',
    "psql <<'SQL'\nselect 1;\ntruncate jobs;\nSQL",
    'echo "DROP TABLE jobs" | sudo -u postgres psql shop',
    "psql -c 'with old as (delete from jobs returning *) select * from old'",
    "psql -c 'EXPLAIN ANALYZE DELETE FROM jobs'",
    "psql -c 'select pg_reload_conf()'",
    "mysql -Ne 'INSERT INTO t VALUES (1)' shop",
    'mariadb --execute="SET GLOBAL max_connections = 500"',
    'sqlite3 /var/lib/app/db.sqlite "DELETE FROM jobs"',
    'systemctl --no-block reload-or-restart nginx',
    'systemctl try-reload-or-restart nginx',
    'systemctl thaw app',
    'systemctl set-environment A=1',
    'find /var/log -name x -exec truncate -s 0 {} +',
    'find . -type f -execdir mv {} {}.old ";"',
    "su - app -c 'rm -f /tmp/x'",
    'runuser -u app -- touch /tmp/x',
    'nsenter -t 1 -m -n systemctl restart nginx',
    'ls /tmp | xargs -r -n 1 rm',
    'eval "rm -f /tmp/x"',
    "bash <<'EOF'\nls\nrm -f /tmp/x\nEOF",
  ];
  it.each(changes)('%s', async (script) => {
    expect(await codesOf(script, 'probe')).toContain('mutating-probe');
  });

  const reads: readonly string[] = [
    'cat /etc/os-release 2>/dev/null',
    'systemctl is-active nginx >/dev/null 2>&1',
    'command -v rm',
    'sudo command -v rm',
    'function install { ls; }',
    'sed -n 1p /etc/x',
    'rpm -qa | sort',
    'dpkg -l nginx',
    'semanage port -l',
    'semodule -l',
    'restorecon -nv /etc/x',
    'ip route get 192.0.2.1',
    'nft list ruleset',
    'iptables -S',
    'curl -sS -o /dev/null -w "%{http_code}" http://localhost/',
    'curl -X GET http://localhost/',
    'kill -0 1',
    'sysctl -n vm.swappiness',
    'mount',
    'crontab -l',
    'swapon --show',
    'find /var -size +1G -print',
    'timedatectl show',
    "ls -l /proc/1/exe | awk '{ print $1 }'",
    'echo "a > b"',
    'test 1 -lt 2 && echo yes',
    'git -C /srv status',
    'chronyc tracking',
    'nginx -v',
    "perl -ne 'print if /x/' /etc/x",
    'perl -MList::Util=first -e 1',
    'sed -n -e /a/,/b/p -e s/i/j/p /etc/x',
    'sed -f edit.sed /etc/x',
    "awk -F: '{ print $1 }' /etc/passwd",
    "psql -tAc 'SELECT count(*) FROM jobs'",
    'psql -c "select \'delete from jobs\' as how"',
    "psql -c 'select deleted, updated from jobs for update'",
    "psql -c 'EXPLAIN DELETE FROM jobs'",
    'psql -d create -c "show all"',
    "mysql -e 'SHOW CREATE TABLE t' shop",
    'sqlite3 -readonly /var/lib/app/db.sqlite "PRAGMA integrity_check"',
    'find /etc -name "*.conf" -newer /etc/passwd',
    "find /etc -name '*.conf' -exec grep -l x {} +",
    'systemctl show -p ActiveState nginx',
    'systemctl list-units --state failed 2>&1',
    'timeout 5 cat /etc/x',
    'runuser -u app -- test -r /etc/x',
    "su app -c 'test -r /etc/x'",
    "trap 'echo bye' EXIT",
  ];
  it.each(reads)('%s only reads', async (script) => {
    expect(await codesOf(script, 'probe')).toEqual([]);
  });
});

describe('data from env: without quotes', () => {
  const rows: readonly (readonly [string, readonly string[]])[] = [
    ['rm "$DIR"/x', []],
    ['rm $DIR/x', ['unquoted-data']],
    [`sh -c 'rm "$1"' _ "$DIR"`, []],
    [`sh -c 'rm "$DIR"'`, ['unquoted-data']],
    [`su - app -c "rm '$DIR'"`, ['unquoted-data']],
    ['eval "rm $DIR"', ['unquoted-data']],
    ["echo 'eval $DIR' # $DIR", []],
  ];
  it.each(rows)('%s → %s', async (script, codes) => {
    const { findings } = await lintText(
      `runbook: x\ntitle: x\nparams: { dir: { type: string } }\nsteps:\n  - id: one\n    gate: params.dir != ""\n    fix:\n      - core.script:\n          env: { DIR: "\${{ params.dir }}" }\n          script: |\n            ${script}\n    rollback: { irreversible: a test }\n    verify: { probes: { f: { core.facts: {} } }, that: f.hostname != "" }\n`,
    );
    expect(findings.map(({ code }) => code)).toEqual(codes.map((code) => `lint/${code}`));
  });
});

describe('what a fix writes by name', () => {
  const rows: readonly (readonly [string, string])[] = [
    ['selinux.boolean: { name: httpd_execmem, value: true }', 'wide-boolean'],
    ['selinux.boolean: { name: httpd_can_network_relay, value: true, persistent: false }', 'boolean-not-persistent'],
    ['file.content: { path: /etc/selinux/config, content: "SELINUX=disabled" }', 'selinux-off'],
    ['file.content: { path: /etc/nginx/nginx.conf, content: "user root;" }', 'nginx-as-root'],
    ['file.content: { path: /etc/x, content: x, mode: "0666" }', 'world-writable'],
    ['service.state: { name: auditd, state: stopped }', 'auditd-off'],
    ['service.state: { name: firewalld, enabled: false }', 'firewall-off'],
  ];
  it.each(rows)('%s → %s', async (call, code) => {
    const { findings } = await lintText(
      `runbook: x\ntitle: x\nsteps:\n  - id: one\n    fix:\n      - ${call}\n    verify: { probes: { f: { core.facts: {} } }, that: f.hostname != "" }\n`,
    );
    expect(findings.map((finding) => `${finding.code} ${finding.at.line}`)).toEqual([`lint/${code} 6`]);
  });
});
