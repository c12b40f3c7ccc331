import { script } from '../example.ts';
import { commandRule, runs } from '../rule.ts';
import type { Command } from '../unwrap.ts';
import { writtenText } from '../written-text.ts';

const message = 'this takes SELinux away from the whole host';
/** The kernel's own switch, which setenforce writes to. */
const kernelSwitch = /^(?:of=)?\/(?:sys\/fs\/)?selinux\/enforce$/;

function writesSwitch({ argv, writes, input }: Command): boolean {
  const isFile = writes.some((file) => kernelSwitch.test(file));
  if (!isFile && !runs(argv, /^(?:tee|dd|cp|install)$/, kernelSwitch)) return false;
  const text = isFile && runs(argv, /^(?:echo|printf)$/) ? argv.slice(1).join(' ') : input;
  return !/^(?:-[neE]+ )?1(?:\\n|\s)*$/.test(text ?? '');
}

export default commandRule({
  id: 'lint/setenforce',
  severity: 'error',
  title: 'SELinux switched to permissive for the whole host',
  reason:
    'Every domain of the host loses its confinement at once, and nothing puts it back but a reboot or somebody who remembers. It also hides which rule was missing.',
  instead:
    'ask what is denied and allow just that: selinux.remedies, then selinux.boolean, selinux.port or selinux.module',
  example: {
    bad: script('setenforce 0'),
    good: 'fix:\n  - selinux.boolean: { name: httpd_can_network_relay, value: true }',
  },
  finds: (command) =>
    runs(command.argv, 'setenforce', /^(?:0|permissive)$/i) || writesSwitch(command) ? message : undefined,
  also: (view) => writtenText(view, /^\s*0/, message, kernelSwitch),
});
