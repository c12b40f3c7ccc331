import { script } from '../example.ts';
import { commandRule, runs } from '../rule.ts';

const message = 'this gives every file of the host its default label';

export default commandRule({
  id: 'lint/relabel-all',
  severity: 'error',
  title: 'the whole file system relabelled',
  reason:
    'A relabel of everything takes minutes to hours, undoes every label that was set by hand, and cannot be taken back: nobody knows what the labels were.',
  instead: 'relabel what is wrong: selinux.fcontext, or restorecon -Rv on that one directory',
  example: { bad: script('restorecon -R /'), good: script('restorecon -Rv /run/app') },
  finds: ({ argv }) => {
    if (runs(argv, 'restorecon', /^-\w*[rR]/, /^\/\*?$/)) return message;
    if (runs(argv, 'fixfiles', /^(?:relabel|onboot|restore)$/) && !runs(argv, 'fixfiles', '-R')) return message;
    if (runs(argv, 'touch', '/.autorelabel')) return `at the next boot ${message}`;
    return runs(argv, 'setfiles', '/') ? message : undefined;
  },
});
