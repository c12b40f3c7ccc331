import { namesUsed } from '../../expr/check.ts';
import type { CelPart } from '../cel-parts.ts';
import type { Finding, Rule } from '../rule.ts';
import type { Call, View } from '../view.ts';

/** Logs that whoever can talk to the application can write lines into. The audit log is not one. */
const logFile = /(?:^|[\s='"])\/var\/log\/(?!audit\b)|\.log\b|(?:^|[\s;|&(])journalctl\b|\bdmesg\b/;

function readsLog({ call, params, path }: Call, view: View): boolean {
  if (call === 'nginx.upstream_errors') return true;
  if (call === 'file.content') return /\/var\/log\/(?!audit\/)|\.log$/.test(String(params['path'] ?? ''));
  const own = view.scripts.find((script) => script.call.path === path);
  if (own === undefined) return false;
  const text = own.text ?? own.commands.map(({ argv }) => argv.join(' ')).join('\n');
  return logFile.test(text);
}

export default {
  id: 'lint/untrusted-log',
  severity: 'error',
  title: 'a fix that rests on an application log alone',
  reason:
    "Anybody who can send a request can have lines of their own written into an application's log, with a line end and all (measured for nginx). A fix as root that opens on such a line is a fix that strangers can order.",
  instead:
    'let the gate also ask the state itself: the audit log, the policy, `ss`, `stat`, a request; the log may then say where to look',
  example: {
    bad: 'probes:\n  errors: { nginx.upstream_errors: { since: 1h } }\ngate: errors.exists(e, e.errno == 13)\nfix:\n  - selinux.boolean: { name: httpd_can_network_relay, value: true }',
    good: 'probes:\n  errors: { nginx.upstream_errors: { since: 1h } }\n  denials: { selinux.denials: { command: nginx, since: 1h } }\ngate:\n  - errors.exists(e, e.errno == 13)\n  - size(denials) > 0\nfix:\n  - selinux.boolean: { name: httpd_can_network_relay, value: true }',
  },
  check(view) {
    const calls = new Map(view.calls.flatMap((call) => (call.name === undefined ? [] : [[call.name, call] as const])));
    const restsOnLogs = (parts: readonly CelPart[]): boolean | undefined => {
      const probes = parts.flatMap(({ cel }) => namesUsed(cel)).flatMap((name) => calls.get(name) ?? []);
      return probes.length === 0 ? undefined : probes.every((call) => readsLog(call, view));
    };
    const symptom = restsOnLogs(view.symptom?.present ?? []);
    return view.steps.flatMap(({ units }) =>
      units.flatMap(({ calls: fix, opens, path }): readonly Finding[] => {
        const own = restsOnLogs(opens);
        if (fix.length === 0 || !(own ?? symptom)) return [];
        const gate = own === true ? opens.at(-1) : undefined;
        if (gate === undefined) {
          const message = 'this fix has no gate of its own, and the symptom rests on an application log alone';
          return [{ path, part: 'key', message }];
        }
        const message = 'this opens a fix on what an application log says, and on nothing else';
        return [{ path: gate.path, inside: [gate.offset, gate.offset + gate.cel.length], message }];
      }),
    );
  },
} satisfies Rule;
