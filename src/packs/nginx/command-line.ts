import { below, folderOf } from './path.ts';

/** What a running master was started with, or what its binary was built with; all as written. */
export interface StartOptions {
  /** `-c` */
  readonly config?: string;
  /** `-p` */
  readonly prefix?: string;
  /** `-e` */
  readonly errorLog?: string;
  /** `-g`: directives outside any file. */
  readonly directives?: string;
}

/** Where this nginx keeps its things, absolute. */
export interface Places {
  readonly config: string;
  readonly prefix: string;
  /** The log used where the configuration names none: a path, or `stderr`. */
  readonly errorLog: string;
  /** Text of `-g`. */
  readonly directives: string;
}

const optionNames = { c: 'config', p: 'prefix', e: 'errorLog', g: 'directives' } as const;

/**
 * Options out of `nginx: master process /usr/sbin/nginx -g daemon on; -c /x`. nginx joins its arguments with spaces in
 * the title, so the bounds of a `-g` text are found by the next word that looks like an option.
 */
export function readStartOptions(title: string): StartOptions {
  const found: { config?: string; prefix?: string; errorLog?: string; directives?: string } = {};
  const words = title.replace(/^nginx: master process /, '').split(' ');
  for (let at = 1; at < words.length; at += 1) {
    const option = /^-[?hvVtTq]*([cpeg])(.*)$/.exec(words[at] ?? '');
    if (!option) continue;
    const [, letter, attached = ''] = option;
    let value = attached;
    if (value === '') {
      at += 1;
      value = words[at] ?? '';
    }
    while (letter === 'g' && at + 1 < words.length && !/^-[?hvVtTqcpegs]/.test(words[at + 1] ?? '')) {
      at += 1;
      value += ` ${words[at] ?? ''}`;
    }
    if (letter === 'c' || letter === 'p' || letter === 'e' || letter === 'g') found[optionNames[letter]] = value;
  }
  return found;
}

/** `--conf-path=`, `--prefix=`, `--error-log-path=` out of `nginx -V`. */
export function readBuildOptions(version: string): StartOptions {
  const option = (name: string) => new RegExp(`(?:^|\\s)--${name}=(\\S+)`).exec(version)?.[1];
  const config = option('conf-path');
  const prefix = option('prefix');
  const errorLog = option('error-log-path');
  return {
    ...(config === undefined ? {} : { config }),
    ...(prefix === undefined ? {} : { prefix }),
    ...(errorLog === undefined ? {} : { errorLog }),
  };
}

/** Completes paths as nginx does: the command line over the build's options, relative ones below the prefix. */
export function findPlaces(started: StartOptions, built: StartOptions, workingFolder: string): Places {
  const prefix = below(workingFolder || '/', started.prefix ?? built.prefix ?? '/usr/local/nginx');
  const config = below(prefix, started.config ?? built.config ?? 'conf/nginx.conf');
  const log = started.errorLog ?? built.errorLog ?? 'logs/error.log';
  return {
    config,
    prefix: prefix.length > 1 ? prefix.replace(/\/$/, '') : prefix,
    errorLog: log === 'stderr' ? log : below(prefix, log),
    directives: started.directives ?? '',
  };
}

/** The folder that relative includes start from. */
export function configFolder(places: Places): string {
  return folderOf(places.config);
}
