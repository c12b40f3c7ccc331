import { script } from '../example.ts';
import { commandRule, runs } from '../rule.ts';

export default commandRule({
  id: 'lint/semanage-delete-all',
  severity: 'error',
  title: 'all local changes of the policy deleted',
  reason:
    '`semanage … -D` deletes everything of that kind that anybody ever set on this host, and nothing brings it back.',
  instead: 'delete the one record: semanage port -d -p tcp PORT; what mendgate has set, `mendgate undo` takes back',
  example: { bad: script('semanage port -D'), good: script('semanage port -d -p tcp 8081') },
  finds: ({ argv }) =>
    runs(argv, 'semanage', /^(?:-D|--deleteall)$/) ? 'this deletes what others have set, too' : undefined,
});
