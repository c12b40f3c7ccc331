import { script } from '../example.ts';
import { commandRule, type Finding, runs } from '../rule.ts';
import type { View } from '../view.ts';

const anybody = /^(?:-m|--mode=)?(?:[0-7]?[0-7]?[0-7][2367]|(?:[ugo]*[oa][ugo]*|)[+=][rwxXst]*w[rwxXst]*)$/;
const message = 'everybody on this host may write it then';

export default commandRule({
  id: 'lint/world-writable',
  severity: 'error',
  title: 'rights for everybody',
  reason:
    'chmod 777, 666 and o+w let every user and every hacked service of the host write there. It is seldom the cause (SELinux refuses all the same), and nobody takes it back.',
  instead: 'give the one who needs it the right: file.acl, or file.mode with the group that it belongs to',
  example: {
    bad: script('chmod 777 /run/app'),
    good: 'fix:\n  - file.acl: { path: /run/app, user: nginx, rights: rwx }',
  },
  finds: ({ argv }) => {
    if (runs(argv, 'chmod', anybody)) return message;
    // A sticky directory is what /tmp is.
    if (runs(argv, /^(?:mkdir|install)$/, /^(?:-m|--mode=)?0?[0-7][0-7][2367]$/)) return message;
    return runs(argv, 'setfacl', /(?:^|,|:)o(?:ther)?::?[r-]?w/) ? message : undefined;
  },
  also: modes,
});

/** `mode:` of file actions. */
function modes({ calls }: View): readonly Finding[] {
  return calls.flatMap(({ role, call, params, path }): readonly Finding[] => {
    const mode = params['mode'];
    const isWide = role !== 'probe' && typeof mode === 'string' && /^0?[0-7][0-7][2367]$/.test(mode);
    return isWide ? [{ path: [...path, call, 'mode'], message }] : [];
  });
}
