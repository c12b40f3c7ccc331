import { script } from '../example.ts';
import { commandRule, runs } from '../rule.ts';

/** A root, a directory right below it, or a path that is one as soon as a variable is empty. */
const wide =
  /^(?:\/|\/\*|~|~\/\*?|\$\w+\/\*?|\$\{\w+\}\/\*?|\/(?:bin|boot|dev|etc|home|lib\w*|opt|proc|root|run|sbin|srv|sys|usr|var)\/?\*?)$/;

/** Tests of `find` by which it takes only what is named. */
const named = /^-(?:i?(?:name|path|wholename|regex|lname)|inum|samefile|empty)$/;

function findDeletes([program, ...args]: readonly string[]): boolean {
  if (program !== 'find' || args.some((word) => named.test(word))) return false;
  const first = args.findIndex((word, at) => at > 0 && /^[-(!]/.test(word));
  const paths = args.slice(0, first === -1 ? args.length : first);
  const deletes = args.some(
    (word, at) =>
      word === '-delete' || (/^-(?:exec|ok)(?:dir)?$/.test(word) && args.slice(at + 1, at + 4).some(isDelete)),
  );
  return deletes && paths.some((path) => wide.test(path));
}

function isDelete(word: string): boolean {
  return /(?:^|\/)(?:rm|shred|unlink)$/.test(word);
}

export default commandRule({
  id: 'lint/recursive-delete',
  severity: 'error',
  title: 'a recursive delete that may take everything',
  reason: '`rm -rf "$DIR"/*` is `rm -rf /*` when DIR is empty, and no rollback brings files back.',
  instead:
    'name the whole path; where a variable is part of it, write ${DIR:?} so that the script ends when it is empty',
  example: { bad: script('rm -rf "$DIR"/*'), good: script('rm -rf "${DIR:?}"/*') },
  finds: ({ argv }) =>
    runs(argv, 'rm', /^-\w*[rR]|^--recursive$/, wide) || runs(argv, 'rm', '--no-preserve-root') || findDeletes(argv)
      ? 'this may delete far more than is meant'
      : undefined,
});
