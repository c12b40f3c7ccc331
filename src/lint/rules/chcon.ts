import { script } from '../example.ts';
import { commandRule, runs } from '../rule.ts';

export default commandRule({
  id: 'lint/chcon',
  severity: 'error',
  title: 'a label that the next relabel takes away',
  reason:
    'chcon writes the label on the file only. The next restorecon, an update of the package or a relabel puts back what the policy says, and the fault with it.',
  instead: 'selinux.fcontext: it tells the policy, and then labels the files',
  example: {
    bad: script('chcon -t httpd_var_run_t /run/app.sock'),
    good: script("semanage fcontext -a -t httpd_var_run_t '/run/app\\.sock'\nrestorecon /run/app.sock"),
  },
  finds: ({ argv }, { commands }) => {
    if (!runs(argv, 'chcon')) return undefined;
    const told = commands.some((other) => runs(other.argv, 'semanage', 'fcontext'));
    return told ? undefined : 'the policy does not know of this label';
  },
});
