import { operands, optionValue } from './option-words.ts';

/** Where what is written changes nothing. */
export function isNoFile(target: string): boolean {
  return /^(?:-|\/dev\/(?:null|stdout|stderr|tty|fd\/.*)|&.*|\d)$/.test(target);
}

type Args = readonly string[];

const has = (option: RegExp) => (args: Args) => args.some((arg) => option.test(arg));
/** Compressors put a file in the place of the one that they are given. */
const compress = (args: Args): boolean =>
  operands(args).length === 0 || has(/^-[A-Za-z0-9]*[cltV]|^--(?:stdout|to-stdout|list|test)$/)(args);

/** When a program that changes something otherwise only reads, or only says what it would do. */
const table: readonly (readonly [program: RegExp, onlyReads: (args: Args) => boolean])[] = [
  [/^kill$/, has(/^-[0lL]$/)],
  [/^(?:restorecon|matchpathcon)$/, has(/^-[A-Za-z]*n/)],
  [/^logrotate$/, has(/^(?:-d|--debug)$/)],
  [/^ldconfig$/, has(/^-[pN]$/)],
  [/^modprobe$/, has(/^(?:-n|--dry-run|--show-depends|-c|--showconfig)$/)],
  [/^passwd$/, has(/^(?:-S|--status)$/)],
  [/^grubby$/, has(/^--(?:info|default-)/)],
  [/^fixfiles$/, has(/^(?:check|verify)$/)],
  [/^rpm$/, has(/^-[A-Za-z]*q|^--query|^-[A-Za-z]*V|^-E$|^--eval/)],
  [
    /^(?:apt|apt-get|aptitude|dnf|yum)$/,
    has(/^(?:-s|--simulate|--just-print|--dry-run|--recon|--no-act|--print-uris|--assumeno)$/),
  ],
  [/^nft$/, has(/^-[A-Za-z]*c|^--check$/)],
  [/^ip6?tables-restore$/, has(/^(?:-t|--test)$/)],
  [/^wipefs$/, (args) => !has(/^(?:-[A-Za-z]*[ao]|--all|--offset)/)(args) || has(/^(?:-[A-Za-z]*n|--no-act)/)(args)],
  [/^crontab$/, has(/^-[A-Za-z]*[lVT]$/)],
  [/^dd$/, (args) => args.every((arg) => !arg.startsWith('of=') || isNoFile(arg.slice(3)))],
  [/^tee$/, (args) => operands(args).every(isNoFile)],
  [/^curl$/, curlReads],
  [/^wget$/, wgetReads],
  [/^tar$/, tarReads],
  [
    /^rsync$/,
    (args) =>
      has(/^(?:-[A-Za-z]*n[A-Za-z]*|--dry-run|--list-only)$/)(args) || operands(args, { short: 'efT' }).length < 2,
  ],
  [/^(?:gzip|gunzip|bzip2|bunzip2|xz|unxz|lzma|unlzma|zstd|unzstd|lz4)$/, compress],
  [
    /^u?mount$/,
    (args) => has(/^-[A-Za-z]*[fV]|^--fake$/)(args) || !(has(/^(?:-[A-Za-z]*a|--all)$/)(args) || mounts(args)),
  ],
  [
    /^date$/,
    (args) =>
      !has(/^(?:-s|--set)/)(args) &&
      operands(args, { short: 'dfr', long: ['date', 'file', 'reference'] }).every((word) => word.startsWith('+')),
  ],
];

/** Whether a program, called like this, is known to change nothing. */
export function onlyReads(program: string, args: Args): boolean {
  const known = table.find(([name]) => name.test(program))?.[1];
  if (known?.(args) === true) return true;
  return program !== 'chpasswd' && has(/^--(?:dry-run(?:=(?:client|server))?|help|version)$/)(args);
}

/** `-l` and `-t TYPE` only choose what `mount` lists. */
function mounts(args: Args): boolean {
  return operands(args, { short: 'tOo', long: ['types', 'options', 'test-opts'] }).length > 0 || has(/^-[LU]/)(args);
}

function curlReads(args: Args): boolean {
  const asks = has(/^(?:-[A-Za-z]*G|--get)$/)(args);
  return args.every((arg, at) => {
    const next = args[at + 1] ?? '';
    if (/^(?:-X|--request)$/.test(arg)) return /^(?:GET|HEAD|OPTIONS)$/.test(next);
    if (/^(?:-X|--request=)/.test(arg)) return /(?:GET|HEAD|OPTIONS)$/.test(arg);
    if (/^(?:-[A-Za-z]*o|--output)$/.test(arg)) return isNoFile(next);
    if (/^(?:-[A-Za-z]*d|--data.*)$/.test(arg)) return asks;
    return !/^(?:-[A-Za-z]*[FTO]|--json(?:=.*)?|--form.*|--upload-file|--remote-name.*)$/.test(arg);
  });
}

function wgetReads(args: Args): boolean {
  if (has(/^--(?:post-|body-|method=(?!GET|HEAD))/)(args)) return false;
  return has(/^--spider$/)(args) || isNoFile(optionValue(args, 'O', 'output-document') ?? 'FILE');
}

/** `tf`, `-tf`, `--list`; extracted to stdout; or made on stdout: `cf -`. */
function tarReads(args: Args): boolean {
  const [first = ''] = args;
  const letters = [first.replace(/^(?!-)/, '-'), ...args.slice(1)].filter((arg) => /^-[A-Za-z]/.test(arg)).join('');
  if (/[xrAu]/.test(letters) || has(/^--(?:extract|get|append|update|delete|catenate|concatenate)$/)(args))
    return /O/.test(letters) || has(/^--to-stdout$/)(args);
  if (!/c/.test(letters) && !has(/^--create$/)(args)) return true;
  const file = /^-?[A-Za-z]*f$/.test(first) ? args[1] : optionValue(args, 'f', 'file');
  return file === undefined || isNoFile(file);
}
