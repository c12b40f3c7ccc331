/** Commands that parse any of their arguments as code, a command line, or (in bash) an expression. */
const parsers =
  /^(?:eval|trap|source|\.|[gmn]?awk|sed|let|declare|typeset|unset|\[\[|ssh|su|watch|parallel|bc|dc|crontab|at|batch|psql|mysql|sqlite3)$/;
/** Commands that parse only the argument of an option as code. */
const programs = /^(?:sh|bash|dash|ash|ksh|zsh|busybox|perl|ruby|node|python[0-9.]*|php|lua|script|runuser)$/;
const codeOption = /^-[A-Za-z]*[ce]/;
/** Commands that hand their arguments on to another one. */
const wrappers = /^(?:env|sudo|nsenter|chroot|timeout|time|nohup|flock|xargs|command|exec|nice|ionice|setsid|builtin)$/;

/** Whether a command, given its words so far, parses a further argument again. */
export function parsesArguments(words: readonly string[]): boolean {
  const names = baseNames(words);
  let index = 0;
  while (wrappers.test(names[index] ?? '')) {
    index += 1;
    while (/^[-?\d]|=/.test(names[index] ?? '')) index += 1;
  }
  if (parsers.test(names[index] ?? '')) return true;
  const program = names.findIndex((name) => programs.test(name));
  return program !== -1 && names.slice(program + 1).some((name) => codeOption.test(name));
}

/** Whether a command may read its standard input as code: `sh <<EOF`, `ssh host <<EOF`. */
export function parsesInput(words: readonly string[]): boolean {
  return baseNames(words).some((name) => programs.test(name) || parsers.test(name));
}

/** Words after which a command begins: they are no command themselves. */
export function isShellKeyword(word: string): boolean {
  return /^(?:if|then|else|elif|while|until|do|for|in|!|\{|case|esac|fi|done|[A-Za-z_]\w*=.*)$/.test(word);
}

function baseNames(words: readonly string[]): readonly string[] {
  return words.map((word) => word.replace(/^.*\//, ''));
}
