import { describe, expect, it } from 'vitest';
import { commandOfWords, commandsOf, parsedAgain } from '../../src/lint/unwrap.ts';

/** What a script runs, `setenforce` and its argument; empty: it runs it nowhere. */
const switches = (script: string): readonly string[] =>
  commandsOf(script)
    .filter(({ argv }) => argv[0] === 'setenforce')
    .map(({ argv }) => argv.join(' '));

describe('text that is parsed once more', () => {
  it.each([
    [`sh -c 'rm $D' _ "$D"`, ["'rm $D'"]],
    ['sudo su - app -c "rm $D"; ls "$D"', ['"rm $D"']],
    ['eval "rm" "$D"', ['"rm" "$D"']],
    ['echo "sh -c x"', []],
  ])('%s', (script, expected) => {
    expect(parsedAgain(script).map(({ start, end }) => script.slice(start, end))).toEqual(expected);
  });
});

describe('a command that another one carries', () => {
  const carried: readonly string[] = [
    'sudo -n setenforce 0',
    'sudo -nu root setenforce 0',
    'sudo --user root --chdir=/ A=/x/y setenforce 0',
    'doas -u root setenforce 0',
    'pkexec --user root setenforce 0',
    'env -i PATH=/sbin setenforce 0',
    "env -S 'setenforce 0'",
    'timeout --signal KILL -k 5 10s setenforce 0',
    'nice -n 10 ionice -c 3 setenforce 0',
    'nice -19 setenforce 0',
    'setpriv --reuid 0 --clear-groups setenforce 0',
    'chroot --userspec=0:0 /sysroot setenforce 0',
    'nsenter --target 1 --mount -- /usr/sbin/setenforce 0',
    'unshare -m setenforce 0',
    'runuser -u root -- setenforce 0',
    "runuser -l root -c 'setenforce 0'",
    'runcon -t unconfined_t setenforce 0',
    'flock -w 5 /run/x.lock setenforce 0',
    "flock /run/x.lock -c 'setenforce 0'",
    'taskset 1 setenforce 0',
    'systemd-run --unit x --on-active 5 -P setenforce 0',
    'echo x | xargs -I {} -n 1 setenforce 0',
    'busybox setenforce 0',
    'coproc setenforce 0',
    "su -c 'setenforce 0'",
    "su - root -c 'setenforce 0'",
    'su root --command="setenforce 0"',
    "su -c'setenforce 0' root",
    "eval 'setenforce 0'",
    'eval setenforce "0"',
    "trap 'setenforce 0' EXIT",
    "sh -ec 'setenforce 0'",
    "bash -euo pipefail -c 'setenforce 0'",
    "bash -c -e 'setenforce 0'",
    `sudo sh -c "su -c 'setenforce 0'"`,
    "ssh -p 22 web2 'setenforce 0'",
    'watch -n 5 setenforce 0',
    'find /etc -name x -exec setenforce 0 \\;',
    "find /etc -execdir sh -c 'setenforce 0' {} +",
    'sh <<EOF\nsetenforce 0\nEOF',
    "sudo bash -s <<-'EOF'\n\tsetenforce 0\n\tEOF",
    'cat <<EOF | sh\nsetenforce 0\nEOF',
    'bash <<< "setenforce 0"',
    'echo "setenforce 0" | sudo sh',
    "printf 'ls\\nsetenforce 0\\n' | tee /tmp/x | sh",
    'cat <(setenforce 0)',
    'ls > >(setenforce 0)',
    'a 2>&1 | setenforce 0',
  ];
  it.each(carried)('%s', (script) => {
    expect(switches(script)).toEqual(['setenforce 0']);
  });

  const words: readonly string[] = [
    'command -v setenforce',
    'grep -e setenforce /etc/x',
    'find / -name setenforce',
    'cat <<EOF\nsetenforce 0\nEOF',
    'echo "setenforce 0" | cat',
    "sh ./x.sh -c 'setenforce 0'",
    "python3 -c 'setenforce 0'",
    "trap '' EXIT",
    'sudo -u setenforce id',
    'chroot setenforce ls',
    'su setenforce',
    'eval "$(cat x)"',
  ];
  it.each(words)('%s runs no such thing', (script) => {
    expect(switches(script)).toEqual([]);
  });

  it('is found in an argument list, too', () => {
    const argv = ['sudo', 'su', '-', 'root', '-c', 'setenforce 0'];
    expect(commandOfWords(argv).map((command) => command.argv)).toContainEqual(['setenforce', '0']);
  });

  it('stands at its own place in a here-document, at that of its carrier otherwise', () => {
    const here = 'ls\nsh <<EOF\nsetenforce 0\nEOF';
    const { start, end } = commandsOf(here).find(({ argv }) => argv[0] === 'setenforce') ?? { start: 0, end: 0 };
    expect(here.slice(start, end)).toBe('setenforce 0');
    const quoted = "ls; sh -c 'setenforce 0'";
    expect(commandsOf(quoted).find(({ argv }) => argv[0] === 'setenforce')).toMatchObject({
      start: 4,
      end: quoted.length,
    });
  });
});
