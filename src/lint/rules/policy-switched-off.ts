import { script } from '../example.ts';
import { commandRule, runs } from '../rule.ts';

export default commandRule({
  id: 'lint/policy-switched-off',
  severity: 'error',
  title: 'a part of the policy switched off, and left so',
  reason:
    '`semodule -d` takes a whole module out of the policy for good; `semodule -DB` logs every denial that is known to be harmless until somebody builds the policy again with -B.',
  instead:
    'allow what is denied with selinux.remedies; after -DB run `semodule -B` in the same script, whatever happens',
  example: {
    bad: script('semodule -DB'),
    good: script("trap 'semodule -B' EXIT\nsemodule -DB\nausearch -m AVC --raw"),
  },
  finds: ({ argv }, { commands }) => {
    if (runs(argv, 'semodule', /^(?:-d.*|--disable=.*|--disable)$/)) return 'this takes a module out of the policy';
    if (!runs(argv, 'semodule', /^(?:-DB|-BD|-D|--disable_dontaudit)$/)) return undefined;
    const built = commands.some((other) => runs(other.argv, 'semodule', '-B'));
    return built ? undefined : 'nothing here puts the "dontaudit" rules back';
  },
});
