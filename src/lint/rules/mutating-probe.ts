import { probeScript } from '../example.ts';
import { mutation } from '../mutation.ts';
import { commandRule } from '../rule.ts';

export default commandRule({
  id: 'lint/mutating-probe',
  severity: 'error',
  title: 'a probe that changes the host',
  reason:
    "Probes run in a dry run, and run again whenever their answer may be out of date: that they only read is the author's promise. `nginx -t` and `nginx -T` are no exception: they make the log, pid and temp directories that are missing.",
  instead: 'look without changing; what must change belongs into `fix`, where it has a gate, a verify and a rollback',
  example: {
    bad: probeScript('nginx -t 2>&1'),
    good: 'probes:\n  seen: { nginx.config: {} }',
  },
  finds: (command, { call }) => {
    const what = call.role === 'probe' ? mutation(command) : undefined;
    return what === undefined ? undefined : `a probe must only read, and ${what}`;
  },
});
