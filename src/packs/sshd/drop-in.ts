import { type ConfigLine, includePatterns } from './config-lines.ts';
import type { Drift } from './settings.ts';

const ownName = '00-mendgate.conf';
const header = '# Written by mendgate (sshd-hardening-drift). sshd takes the first value it reads of each setting.\n';

/** The first folder of `*.conf` files that is included for everybody. */
export function dropInPath(lines: readonly ConfigLine[]): string {
  for (const { keyword, value, match } of lines) {
    if (keyword !== 'include' || match !== '') continue;
    const pattern = includePatterns(value).find((each) => /^[^*?[\]\s]*\/\*\.conf$/.test(each));
    if (pattern !== undefined) return pattern.replace(/\*\.conf$/, ownName);
  }
  return '';
}

/** What the file says already stays, but for what has to change. */
export function dropInContent(path: string, lines: readonly ConfigLine[], drift: readonly Drift[]): string {
  const changing = new Set(drift.map(({ setting }) => setting.toLowerCase()));
  const kept = lines.filter(({ file, keyword }) => file === path && !changing.has(keyword));
  const settings = [
    ...kept.map(({ keyword, value }) => `${keyword} ${value}\n`),
    ...drift.map(({ setting, wanted }) => `${setting} ${wanted}\n`),
  ];
  return header + settings.join('');
}

/** Where the value of a setting comes from: sshd takes the first one. Empty: it is the built-in one. */
export function sourceOf(setting: string, lines: readonly ConfigLine[]): string {
  const found = firstOf(setting, lines);
  return found === undefined ? '' : `${found.file}:${found.line}`;
}

/** What is read before the drop-in and says the same setting, so that the drop-in could not change it; empty: nothing. */
export function shadowedBy(setting: string, path: string, lines: readonly ConfigLine[]): string {
  const include = lines.findIndex(
    ({ keyword, value, match }) =>
      keyword === 'include' && match === '' && includePatterns(value).includes(path.replace(ownName, '*.conf')),
  );
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  const before = lines.filter(
    ({ file }, at) =>
      at < include || (file.startsWith(folder) && !file.slice(folder.length).includes('/') && file < path),
  );
  return sourceOf(setting, before);
}

function firstOf(setting: string, lines: readonly ConfigLine[]): ConfigLine | undefined {
  const keyword = setting.toLowerCase();
  const names = keyword === 'kbdinteractiveauthentication' ? [keyword, 'challengeresponseauthentication'] : [keyword];
  return lines.find((line) => line.match === '' && names.includes(line.keyword));
}
