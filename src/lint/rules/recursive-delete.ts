import { script } from '../example.ts';
import { commandRule, runs } from '../rule.ts';

/** A root, a directory right below it, or a path that is one as soon as a variable is empty. */
const wide =
  /^(?:\/|\/\*|~|~\/\*?|\$\w+\/\*?|\$\{\w+\}\/\*?|\/(?:bin|boot|dev|etc|home|lib\w*|opt|proc|root|run|sbin|srv|sys|usr|var)\/?\*?)$/;

export default commandRule({
  id: 'lint/recursive-delete',
  severity: 'error',
  title: 'a recursive delete that may take everything',
  reason: '`rm -rf "$DIR"/*` is `rm -rf /*` when DIR is empty, and no rollback brings files back.',
  instead:
    'name the whole path; where a variable is part of it, write ${DIR:?} so that the script ends when it is empty',
  example: { bad: script('rm -rf "$DIR"/*'), good: script('rm -rf "${DIR:?}"/*') },
  finds: ({ argv }) =>
    runs(argv, 'rm', /^-\w*[rR]|^--recursive$/, wide) || runs(argv, 'rm', '--no-preserve-root')
      ? 'this may delete far more than is meant'
      : undefined,
});
