import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { printReport } from '../../src/reports/index.ts';
import { chromiumPath, startBrowser } from './browser.ts';
import { fleetEvents } from './fleet.ts';
import { attacks, runThatSays } from './hostile.ts';

/** What runs in the page is text here: this program has no DOM. */
const unfold = "for (const details of document.querySelectorAll('details')) details.open = true";

/** Skipped where there is no Chromium: apt-get install chromium, or CHROMIUM=/path/to/it. */
describe.skipIf(chromiumPath === undefined)('the report in a browser', () => {
  let folder: string;
  let browser: Browser;
  let page: Page;
  let wrong: string[];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'mendgate-page-'));
    browser = await startBrowser();
    for (const [name, size] of [
      ['fleet', 1000],
      ['few', 24],
    ] as const) {
      writeFileSync(
        join(folder, `${name}.html`),
        (await printReport(await fleetEvents(size), 'html', { mendgate: '0.1.0' })) ?? '',
      );
    }
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });
  afterEach(async () => {
    await page.close();
    expect(wrong).toEqual([]);
  });

  const urlOf = (name: string, hash = ''): string => `${pathToFileURL(join(folder, `${name}.html`))}${hash}`;

  /** A page that holds errors, broken policies and requests against the test. */
  async function open(name: string, hash = '', look: BrowserContextOptions = {}): Promise<Page> {
    wrong = [];
    page = await browser.newPage({ viewport: { width: 1280, height: 900 }, ...look });
    page.on('pageerror', (error) => wrong.push(error.message));
    page.on('console', (message) => wrong.push(message.text()));
    page.on('request', (request) => {
      if (!request.url().startsWith(urlOf(name))) wrong.push(request.url());
    });
    await page.goto(urlOf(name, hash));
    return page;
  }

  const names = (): Promise<readonly string[]> => page.locator('.hosts li:visible .name').allTextContents();
  const title = (): Promise<string | null> => page.locator('#page-title').textContent();

  it('opens with 1,000 hosts in less than 1.5 s, who needs a look first', async () => {
    await open('fleet');
    const ms = await page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd");
    expect(ms).toBeLessThan(1500);
    expect(await page.locator('.found').textContent()).toBe('1,000 of 1,000 hosts');
    expect(await page.locator('.state').textContent()).toContain('hosts need a look');
    expect(await page.locator('.hosts .badge').first().textContent()).toContain('no result');
  });

  it('finds hosts by name, by reason and by what was changed', async () => {
    await open('fleet');
    const search = page.getByLabel('Search');
    await search.fill('web0123');
    expect(await names()).toEqual(['web0123']);
    await search.fill('etimedout WEB00');
    expect(await names()).toEqual(['web0001', 'web0002', 'web0003']);
    await search.fill('ntop_port_t');
    expect(await page.locator('.found').textContent()).toMatch(/^1\d\d of 1,000 hosts/);
    await search.fill('no such thing');
    expect(await names()).toEqual([]);
    await page.getByRole('link', { name: 'Show all' }).click();
    await expect.poll(() => search.inputValue()).toBe('');
    expect(await page.locator('.found').textContent()).toBe('1,000 of 1,000 hosts');
  });

  it('narrows the list to verdicts and to a diagnosis, and widens it again', async () => {
    await open('fleet');
    const unreachable = page.getByRole('button', { name: 'unreachable' });
    await unreachable.click();
    expect(await names()).toHaveLength(30);
    expect(await unreachable.getAttribute('aria-pressed')).toBe('true');
    await page.getByRole('button', { name: 'rolled back' }).click();
    expect(await names()).toHaveLength(40);
    await unreachable.click();
    await page.getByRole('button', { name: 'rolled back' }).click();
    expect(await names()).toHaveLength(1000);
    const diagnosis = page.locator('.card a', { hasText: 'boolean off' });
    await diagnosis.click();
    await expect.poll(names).toHaveLength(10);
    expect(await page.locator('.by-diagnosis').textContent()).toContain('boolean off');
    await diagnosis.click();
    await expect.poll(names).toHaveLength(1000);
  });

  it('can be sent as an address: host, filters and search come back', async () => {
    await open('few', '#host=web0010&verdict=fixed&q=web');
    await expect.poll(title).toBe('web0010');
    expect(await page.title()).toContain('web0010');
    expect(await page.getByLabel('Search').inputValue()).toBe('web');
    expect(new Set(await page.locator('.hosts li:visible .badge').allTextContents())).toEqual(new Set(['✔fixed']));
    expect(await page.locator('.hosts a[aria-current]').textContent()).toContain('web0010');
    await page.locator('.hosts a', { hasText: 'web0011' }).click();
    await expect.poll(title).toBe('web0011');
    expect(page.url()).toContain('host=web0011&verdict=fixed&q=web');
    await page.goBack();
    await expect.poll(title).toBe('web0010');
  });

  it('says so when the address names a host that was not there', async () => {
    await open('few', '#host=db01');
    expect(await page.getByRole('alert').textContent()).toBe('This run has no host db01.');
  });

  it('shows a host with what it needs to be answered for in the morning', async () => {
    await open('few', '#host=web0011');
    const text = (await page.locator('main').innerText()).replaceAll(/\s+/g, ' ');
    for (const part of [
      'mendgate undo 2026-11-21T031500-0f1e2d -l web0011',
      'fix begins',
      'remedies.enforced is true',
      'Proved by sesearch',
      '+(allow httpd_t http_cache_port_t (tcp_socket (name_connect)))',
      'Verified holds',
    ])
      expect(text).toContain(part);
    await page.locator('.readings summary', { hasText: 'symptom.requests' }).click();
    expect(await page.locator('.readings details[open]').innerText()).toContain('"status": 502');
  });

  it('is used without a mouse', async () => {
    await open('few');
    await page.keyboard.press('/');
    expect(await page.evaluate('document.activeElement.id')).toBe('search');
    await page.keyboard.type('web001');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    const chosen = await page.evaluate("document.activeElement.querySelector('.name').textContent");
    await page.keyboard.press('Enter');
    await expect.poll(title).toBe(chosen);
    expect(await page.evaluate('document.activeElement.id')).toBe('page-title');
    await page.keyboard.press('Escape');
    await expect.poll(() => page.locator('.diagnoses .card').count()).toBeGreaterThan(3);
  });

  it('goes on paper with everything unfolded, and without what paper cannot do', async () => {
    await open('few', '#host=web0011');
    await page.evaluate("dispatchEvent(new Event('beforeprint'))");
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('main details:not([open])').count()).toBe(0);
    expect(await page.getByLabel('Search').isVisible()).toBe(false);
    expect(await page.getByRole('button', { name: 'Copy' }).count()).toBe(0);
    await page.evaluate("dispatchEvent(new Event('afterprint'))");
    expect(await page.locator('main details:not([open])').count()).toBeGreaterThan(0);
  });

  it.each([
    ['light', ''],
    ['dark', ''],
    ['light', '#host=web0011'],
    ['dark', '#host=web0011'],
    ['light', '#host=web0004&verdict=rolled_back'],
  ] as const)('has nothing that keeps people out (axe-core, %s, %j)', async (colorScheme, hash) => {
    await open('few', hash, { colorScheme, bypassCSP: true });
    await page.evaluate(unfold);
    await page.evaluate(axe.source);
    const found = await page.evaluate('axe.run().then(({ violations }) => violations)');
    const told = (found as { id: string; impact: string; nodes: { html: string }[] }[]).map(
      ({ id, impact, nodes }) => `${impact} ${id}: ${nodes[0]?.html}`,
    );
    expect(told).toEqual([]);
  });

  it('fits a narrow screen: nothing is wider than it', async () => {
    for (const hash of ['', '#host=web0011']) {
      await open('few', hash, { viewport: { width: 360, height: 740 } });
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
    }
  });

  it.each(attacks)('does nothing that a host says: %j', async (attack) => {
    writeFileSync(
      join(folder, 'hostile.html'),
      (await printReport(runThatSays(attack), 'html', { mendgate: '0', damage: attack })) ?? '',
    );
    await open('hostile');
    const tags = ['script', 'style', 'meta', 'title', 'link', 'img', 'iframe', 'base', 'form', 'object', 'embed'];
    const own = [4, 1, 5, 1, 0, 0, 0, 0, 0, 0, 0];
    const count = (): Promise<readonly number[]> => Promise.all(tags.map((tag) => page.locator(tag).count()));
    expect(await count()).toEqual(own);
    await page.locator('.hosts a').click();
    await page.locator('.identity').waitFor();
    await page.evaluate(unfold);
    expect(await count()).toEqual(own);
    expect(await page.evaluate('window.pwned')).toBeUndefined();
    expect(
      await page.locator('[onerror],[onload],[onfocus],[autofocus],[src],[srcdoc],[style],a:not([href^="#"])').count(),
    ).toBe(0);
    const plain = /^[ -~]*$/.test(attack) ? attack : '';
    expect(await page.locator('#page-title').evaluate((element) => element.textContent)).toContain(plain);
  });

  it('lets no script in that is not its own, even were there markup', async () => {
    const file = join(folder, 'tampered.html');
    writeFileSync(
      file,
      readFileSync(join(folder, 'few.html'), 'utf8').replace(
        '<body>',
        '<body><script>window.pwned=1</script><p onclick="window.pwned=1">x</p>',
      ),
    );
    await open('tampered');
    await page.locator('p[onclick]').click();
    expect(await page.evaluate('window.pwned')).toBeUndefined();
    expect(wrong.splice(0).join('\n')).toContain('Content Security Policy');
  });
});
