/** `nginx.service` out of `0::/system.slice/nginx.service`; empty for sessions, users' own units and containers. */
export function unitOfCgroup(line: string): string {
  const path = line.slice(line.indexOf(':/') + 1);
  if (path.startsWith('/user.slice/')) return '';
  const unit = /\/([A-Za-z0-9:_.\\@-]{1,255}\.service)(?:\/|$)/.exec(path)?.[1];
  return unit ?? '';
}
