import type { SocketFacts } from './policy-facts.ts';
import { runtimePath } from './runtime-path.ts';

/** A file of systemd-tmpfiles. */
export interface TmpfilesRule {
  readonly path: string;
  readonly content: string;
}

/**
 * /run is a tmpfs: systemd-tmpfiles makes the socket's directory at boot, with its mode, owner and, by the label rules,
 * its label. Nothing where systemd makes it already, or where mode and owner are not known.
 */
export function runtimeDirectory({ directories, owner, recreated }: SocketFacts): readonly TmpfilesRule[] {
  const directory = runtimePath(directories[0]?.path ?? '');
  const [, mode, user, group] = /^([0-7]{3,4}) ([A-Za-z_][\w.-]{0,31}) ([A-Za-z_][\w.-]{0,31})$/.exec(owner) ?? [];
  if (recreated || mode === undefined || !/^\/run\/[\w.-]+(?:\/[\w.-]+)*$/.test(directory)) return [];
  // `+` cannot stand in such a path, so that /run/a/b and /run/a-b have files of their own.
  const name = directory.slice('/run/'.length).replaceAll('/', '+');
  return [
    {
      path: `/etc/tmpfiles.d/mendgate-${name}.conf`,
      content: `# Made at boot, so that the label rule for it takes effect.\nd ${directory} ${mode.padStart(4, '0')} ${user} ${group} -\n`,
    },
  ];
}
