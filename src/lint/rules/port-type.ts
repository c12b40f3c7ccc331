import { script } from '../example.ts';
import { commandRule, runs } from '../rule.ts';

const others =
  /^(?:postgresql|mysqld|mongod|redis|memcache|oracle|mssql|ldap|ssh|smtp|pop|imap|dns|kerberos|saphostctrl)\w*_port_t$/;

/** Those that the policy gave to ssh, mail, names, Kerberos, directories and databases. */
const taken = /^(?:22|25|53|88|110|143|389|465|587|636|993|995|1433|1521|3306|5432|6379|11211|27017)$/;

export default commandRule({
  id: 'lint/port-type',
  severity: 'error',
  title: 'the label of a port that belongs to a database, ssh or mail',
  reason:
    '`semanage port -m` takes a port away from the type that the policy gave it: every domain that may use the old type loses it, every one that may use the new type wins it.',
  instead: 'give the backend a port of its own, or allow this one domain this one type: selinux.remedies proposes it',
  example: {
    bad: script('semanage port -m -t http_port_t -p tcp 5432'),
    good: 'fix:\n  - selinux.port: { port: 8081, protocol: tcp, type: http_port_t }',
  },
  finds: ({ argv }) => {
    if (!runs(argv, 'semanage', 'port')) return undefined;
    const moves = runs(argv, 'semanage', /^(?:-a|--add)$/, taken) && !argv.some((word) => others.test(word));
    // A port that has a type already is modified by `-a`, too.
    if (moves || runs(argv, 'semanage', /^(?:-m|--modify)$/))
      return 'this takes the port away from the type that it has';
    const type = argv.find((word) => others.test(word));
    const adds = runs(argv, 'semanage', /^(?:-a|--add)$/);
    return adds && type !== undefined ? `every domain that may use \`${type}\` may use this port then` : undefined;
  },
});
