import { script } from '../example.ts';
import { commandRule } from '../rule.ts';
import { writtenText } from '../written-text.ts';

const configured = /\bSELINUX\s*=\s*(?:disabled|permissive)\b/i;
const kernel = /(?:^|[\s"'])(?:selinux|enforcing)=0\b/;

/** The file that says so, and a replacement that brings the word in. */
const file = /^\/etc\/(?:selinux\/config|sysconfig\/selinux)$/;
const replaced = /\bs([^\w\s\\])(?:\\.|(?!\1).)*\1(?:(?!\1).)*\b(?:permissive|disabled)\b/i;
const message = 'this switches SELinux off for the whole host, from the next boot on';

export default commandRule({
  id: 'lint/selinux-off',
  severity: 'error',
  title: 'SELinux switched off for good',
  reason:
    'SELINUX=disabled, SELINUX=permissive, selinux=0 and enforcing=0 last over reboots and concern the whole host; files made meanwhile have no labels, so that switching it on again needs a relabel of everything.',
  instead:
    'keep it enforcing, and allow what is denied: selinux.remedies, then selinux.boolean, selinux.port or selinux.module',
  example: {
    bad: script("sed -i 's/^SELINUX=.*/SELINUX=permissive/' /etc/selinux/config"),
    good: 'fix:\n  - selinux.port: { port: 8081, protocol: tcp, type: http_port_t }',
  },
  finds: ({ argv: [program = '', ...args] }) => {
    const text = args.join(' ');
    if (/^[efz]?grep$|^awk$/.test(program)) return undefined;
    const edits = args.some((word) => file.test(word)) && args.some((word) => replaced.test(word));
    if (configured.test(text) || edits) return message;
    return kernel.test(text) ? 'this boots the host without SELinux' : undefined;
  },
  also: (view) => writtenText(view, configured, message),
});
