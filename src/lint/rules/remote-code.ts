import { script } from '../example.ts';
import { optionValue } from '../option-words.ts';
import { commandRule, runs } from '../rule.ts';
import type { Command } from '../unwrap.ts';

const fetches = /^(?:curl|wget|fetch|aria2c)$/;
/** What tells whether a file is the one that is meant. */
const compares =
  /^(?:(?:sha(?:1|224|256|384|512)|md5|b2)sum|shasum|cksum|gpgv?|cosign|minisign|signify|openssl|cmp|diff)$/;

/** Where a command puts what it gets. */
function fetched({ argv, writes }: Command): readonly string[] {
  if (!runs(argv, fetches)) return [];
  const named =
    argv[0] === 'wget' ? optionValue(argv.slice(1), 'O', 'output-document') : optionValue(argv.slice(1), 'o', 'output');
  return named === undefined ? writes : [named, ...writes];
}

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
  finds: ({ parses, files, start }, { commands }) => {
    const before = commands.filter((other) => other.start < start);
    const isChecked = before.some(({ argv }) => runs(argv, compares));
    const isFetched = !isChecked && before.flatMap(fetched).some((file) => files.includes(file));
    return isFetched || parses.some((argv) => runs(argv, fetches)) ? 'this runs whatever the network gave' : undefined;
  },
});
