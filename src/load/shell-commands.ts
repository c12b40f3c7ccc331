import { baseNames, behindCarriers } from '../shell/carriers.ts';

/** Commands that parse any of their arguments as code, a command line, or (in bash) an expression or a subscript. */
const parsers =
  /^(?:eval|trap|source|\.|[gmn]?awk|sed|let|declare|typeset|unset|alias|bind|complete|read|mapfile|readarray|getopts|\[\[|ssh|su|watch|parallel|bc|dc|crontab|at|batch|psql|mysql|mariadb|sqlite3|make|gmake|gdb|vim?|ex|ed|m4|expect|tclsh)$/;
/** Those of them that are words of the shell itself, which nothing else can call. */
const builtins =
  /^(?:eval|trap|source|\.|let|declare|typeset|unset|alias|bind|complete|read|mapfile|readarray|getopts|\[\[|at|ex|ed)$/;
/** Programs that parse the argument of an option as code, and without a file their input. */
const programs = /^(?:(?:sh|bash|dash|ash|ksh|mksh|zsh|csh|tcsh|fish)|perl|ruby|node|python[0-9.]*|php|lua)$/;
/** Programs that take a command line behind `-c`. */
const commandLines = /^(?:flock|script|runuser|busybox|su)$/;
/** Options whose value a program runs as a command. */
const commandOptions: readonly (readonly [program: RegExp, option: RegExp])[] = [
  [/^rsync$/, /^(?:-[A-Za-z]*e|--rsh|--rsync-path)(?:=|$)/],
  [
    /^tar$/,
    /^(?:-[A-Za-z]*[IF]|--(?:to-command|use-compress-program|checkpoint-action|info-script|new-volume-script|rmt-command|rsh-command))(?:=|$)/,
  ],
  [/^git$/, /^(?:-c|--config-env|--upload-pack|--receive-pack|--exec)(?:=|$)/],
  [/^(?:scp|sftp)$/, /^-[A-Za-z]*[oSF]/],
];
/** Programs that parse what they find on standard input. */
const inputParsers =
  /^(?:ssh|su|bc|dc|crontab|at|batch|psql|mysql|mariadb|sqlite3|gdb|ed|ex|m4|expect|tclsh|parallel)$/;
/** Programs that only take the next argument as words of their own language. */
const queries = /^(?:jq|yq)$/;
/** Programs for which a later `sh` or `python` is only a word. */
const plain =
  /^(?:[efz]?grep|echo|printf|tee|cat|head|tail|sort|uniq|wc|cut|tr|jq|yq|logger|systemctl|rpm|dnf|yum|apt(?:-get)?|pkill|pgrep|kill|killall|ls|test|\[|cd|cp|mv|rm|ln|mkdir|touch|chown|chmod|stat|file|which|type|id|getent|export|local|readonly)$/;

/** Whether a command, given its words so far and what the next one begins with, parses that next argument again. */
export function parsesArguments(words: readonly string[], begun = ''): boolean {
  const names = baseNames(words);
  const index = behindCarriers(names);
  const name = names[index] ?? '';
  const rest = names.slice(index + 1);
  if (index >= names.length) return false;
  if (isUnclear(words[index] ?? '')) return true;
  if (parsers.test(name)) return true;
  if (name === 'env' && rest.some((word) => /^(?:-[a-z]*S|--split-string)/.test(word))) return true;
  switch (name) {
    case 'test':
    case '[':
      return rest.some((word) => word === '-v' || word === '-R');
    case 'printf':
      return /^-v/.test(rest[0] ?? '');
    case 'export':
    case 'local':
    case 'readonly':
      return !/^[A-Za-z_]\w*=/.test(begun) || rest.some((word) => /^-[A-Za-z]*[aAin]/.test(word));
  }
  const option = commandOptions.find(([program]) => program.test(name))?.[1];
  if (option?.test(begun) || (option?.test(rest.at(-1) ?? '') && !rest.at(-1)?.includes('='))) return true;
  if (queries.test(name)) return isQuery(rest);
  if (plain.test(name)) return false;
  // `find -exec awk`, `docker exec c sh -c`: a program may stand anywhere.
  const called = names.findIndex((word) => parsers.test(word) && !builtins.test(word));
  if (called !== -1 && (index > 0 || names.slice(0, called).some((word) => /^-?exec(?:dir)?$|^-ok$/.test(word))))
    return true;
  return !isArgumentOfCode(names) && names.some((word, at) => takesCode(word, names.slice(at + 1)));
}

/** Whether the code of a program is complete, so that what comes next is data for it: `sh -c 'echo "$1"' sh X`. */
function isArgumentOfCode(names: readonly string[]): boolean {
  for (const [at, name] of names.entries()) {
    const rest = names.slice(at + 1);
    const end = programs.test(name) ? codeEnd(name, rest) : undefined;
    if (end === undefined || end > rest.length) continue;
    // An expansion without quotes may be no word at all; and behind `;` or `+`, find may begin another command.
    return !rest.slice(0, end).some(mayVanish) && !rest.slice(end).some((word) => word === ';' || word === '+');
  }
  return false;
}

/** Of the words behind a program's name, the place from which it takes all as data; `undefined`: there is none. */
function codeEnd(name: string, rest: readonly string[]): number | undefined {
  if (isShell(name)) {
    const code = shellCodeIndex(rest);
    return code === undefined ? undefined : code + 1;
  }
  const option = rest.findIndex((word) => codeOption(name).test(word));
  if (option === -1) return undefined;
  if (name.startsWith('python')) return /c$/.test(rest[option] ?? '') ? option + 2 : option + 1;
  // These go on to look for options behind their code.
  const over = /^(?:perl|ruby|node|php)$/.test(name) ? rest.indexOf('--', option + 2) : -1;
  return over === -1 ? undefined : over + 1;
}

function mayVanish(word: string): boolean {
  return word.includes('$') && /^[$\w@*#?!{}()-]*$/.test(word);
}

/** Whether a word that begins behind these words says which command is run. */
export function isCommandWord(words: readonly string[]): boolean {
  const names = baseNames(words);
  if (/^-(?:exec|execdir|ok|okdir)$/.test(names.at(-1) ?? '')) return true;
  return behindCarriers(names) === names.length;
}

/** Whether a command may read its standard input as code: `sh <<EOF`, `ssh host <<EOF`, `| sudo bash`. */
export function parsesInput(words: readonly string[]): boolean {
  const names = baseNames(words);
  const index = behindCarriers(names);
  const name = names[index];
  if (name === undefined) return names[0] === 'sudo' && names.some((word) => /^-[si]$/.test(word));
  if (isUnclear(words[index] ?? '')) return true;
  if (plain.test(name)) return false;
  if (/^(?:[gmn]?awk|sed)$/.test(name))
    return names.some((word, at) => /^-f/.test(word) && /^(?:-|stdin)$/.test(names[at + 1] ?? ''));
  if (inputParsers.test(name) || ((name === 'source' || name === '.') && (names[index + 1] ?? 'stdin') === 'stdin'))
    return true;
  // What xargs reads becomes arguments.
  if (names.slice(0, index).includes('xargs') && (parsers.test(name) || programs.test(name))) return true;
  return names.some((word, at) => programs.test(word) && !hasFile(word, names.slice(at + 1)));
}

/** Words after which a command begins: they are no command themselves. */
export function isShellKeyword(word: string): boolean {
  return /^(?:if|then|else|elif|while|until|do|for|select|!|\{|case|esac|fi|done|[A-Za-z_]\w*\+?=.*)$/s.test(word);
}

/** Assigning these makes the shell run the value. */
export function isRunVariable(word: string): boolean {
  return /^(?:PS4|PROMPT_COMMAND|BASH_ENV)=/.test(word);
}

/** A name that only the running shell knows: `$e`, `"$(which x)"`, a pattern. */
function isUnclear(word: string): boolean {
  return word !== '[' && word !== '[[' && /[$*?[{]/.test(word);
}

/** `sh -c`, `perl -e`, `php -r`; or the next word is the program's first: its file, or such an option in one word. */
function takesCode(name: string, rest: readonly string[]): boolean {
  if (commandLines.test(name)) return rest.some((word) => /^-[A-Za-z]*c|^--(?:session-)?command/.test(word));
  if (!programs.test(name)) return false;
  return rest.some((word) => codeOption(name).test(word)) || !hasFile(name, rest);
}

function codeOption(name: string): RegExp {
  if (isShell(name)) return /^-[A-Za-z]*c/;
  if (name === 'php') return /^-[A-Za-z]*[rBRE]|^--(?:run|process)/;
  if (name === 'node') return /^-[A-Za-z]*[ep]|^--(?:eval|print)/;
  return name.startsWith('python') ? /^-[A-Za-z]*c/ : /^-[A-Za-z]*[eE]/;
}

/** Whether its code comes from a file, a module or an option, so that its input is data. */
function hasFile(name: string, rest: readonly string[]): boolean {
  for (let at = 0; at < rest.length; at += 1) {
    const word = rest[at] ?? '';
    if (codeOption(name).test(word)) return true;
    if (isShell(name) && /^-[A-Za-z]*s/.test(word)) return false;
    if (name.startsWith('python') && /^-m/.test(word)) return true;
    if (/^[-+][oO]$/.test(word)) at += 1;
    else if (word === '-' || word === 'stdin') return false;
    else if (!/^[-+]/.test(word)) return true;
  }
  return false;
}

/** Whether the query of `jq` is still to come. */
function isQuery(rest: readonly string[]): boolean {
  for (let at = 0; at < rest.length; at += 1) {
    const word = rest[at] ?? '';
    if (/^--(?:arg|argjson|slurpfile|rawfile)$/.test(word)) {
      if (at + 2 >= rest.length) return at + 1 >= rest.length;
      at += 2;
    } else if (word === '--indent') at += 1;
    else if (/^(?:--args|--jsonargs)$/.test(word) || !word.startsWith('-')) return false;
  }
  return true;
}

/** Whether a program, without its folder, is a shell. */
function isShell(name: string): boolean {
  return /^(?:sh|bash|dash|ash|ksh|mksh|zsh|csh|tcsh|fish)$/.test(name);
}

/** The code that `sh -c` is given among these words, where it is complete. */
export function shellCode(words: readonly string[]): string | undefined {
  const at = baseNames(words).findIndex(isShell);
  const rest = words.slice(at + 1);
  const index = at === -1 ? undefined : shellCodeIndex(rest);
  return index === undefined ? undefined : rest[index];
}

/** Of the words behind a shell's name, the place of what `-c` gives it to run, maybe still to come; `undefined`: no `-c`. */
function shellCodeIndex(rest: readonly string[]): number | undefined {
  const option = rest.findIndex((word) => /^-[A-Za-z]*c/.test(word));
  if (option === -1) return undefined;
  let index = option;
  for (let word = rest[index]; word !== undefined && /^[-+]/.test(word); word = rest[index]) {
    index += /^[-+][A-Za-z]*[oO]$/.test(word) ? 2 : 1;
    if (word === '--') break;
  }
  return Math.min(index, rest.length);
}
