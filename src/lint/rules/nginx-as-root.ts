import { script } from '../example.ts';
import { commandRule } from '../rule.ts';
import { writtenText } from '../written-text.ts';

const asRoot = /^\s*user\s+root\b[^;\n]*;/m;
const message = "nginx's workers run as root then";

export default commandRule({
  id: 'lint/nginx-as-root',
  severity: 'error',
  title: 'nginx told to run its workers as root',
  reason:
    'With `user root;` every fault of nginx, its modules and what it serves is a fault of root. SELinux refuses the connection all the same.',
  instead: "give nginx's own user what it lacks: file.acl for a socket, selinux.remedies for a connection",
  example: {
    bad: script("sed -i 's/^user .*/user root;/' /etc/nginx/nginx.conf"),
    good: 'fix:\n  - file.acl: { path: /run/app/app.sock, user: nginx, rights: rw }',
  },
  finds: ({ argv: [program = '', ...args] }) =>
    /^(?:sed|perl|echo|printf|tee|awk)$/.test(program) && args.some((word) => /\buser\s+root\s*;/.test(word))
      ? message
      : undefined,
  also: (view) => writtenText(view, asRoot, message, /nginx/),
});
