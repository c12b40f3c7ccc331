import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const programs = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Debian's Chromium, or what CHROMIUM names; `undefined`: there is none. */
export const chromiumPath = [process.env['CHROMIUM'] ?? '', ...programs].find(
  (path) => path !== '' && existsSync(path),
);

/** A headless browser without a network: a page that asks anybody for anything fails its test. */
export function startBrowser(): Promise<Browser> {
  if (chromiumPath === undefined) throw new Error('there is no Chromium');
  return chromium.launch({
    executablePath: chromiumPath,
    // Its sandbox does not run as root, nor in most containers; the pages are ours.
    args: ['--no-sandbox', '--disable-gpu', '--host-resolver-rules=MAP * ~NOTFOUND'],
  });
}
