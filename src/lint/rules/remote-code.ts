import { script } from '../example.ts';
import { commandRule, runs } from '../rule.ts';

export default commandRule({
  id: 'lint/remote-code',
  severity: 'error',
  title: 'a program from the network, run unseen',
  reason:
    'Whoever answers at that address, today or on the day of the next run, decides what runs on every host; half an answer runs too.',
  instead: 'package.installed, or a file with a checksum that the script compares before it runs anything',
  example: {
    bad: script('curl -fsS https://get.example.com/install.sh | sh'),
    good: 'fix:\n  - package.installed: { name: policycoreutils-python-utils }',
  },
  finds: ({ parses }) =>
    parses.some((argv) => runs(argv, /^(?:curl|wget|fetch|aria2c)$/))
      ? 'this runs whatever the network gave'
      : undefined,
});
