import { createHash } from 'node:crypto';
import { harmlessJson } from '../../model/harmless-json.ts';
import type { Json } from '../../model/json.ts';
import type { Report } from '../report.ts';
import { createJsonPool } from './json-pool.ts';
import type { PageFiles } from './page-files.ts';
import { pageHost } from './page-host.ts';
import { pageIndex } from './page-index.ts';

/**
 * The report as one page that asks nobody for anything. What hosts said stands in it only as JSON, in elements that no browser runs;
 * the policy allows the page's own script and style by their hashes and nothing else, and the script makes text of it, never markup.
 */
export function printHtml(report: Report, { script, style }: PageFiles, mendgate: string): string {
  const pool = createJsonPool();
  // Plain JSON by construction: members that are not there are left out, as JSON.stringify would.
  const places = report.hosts.map((host) => pool.add(pageHost(host, report.startedAt) as unknown as Json));
  const hosts = places.map((place, at) => data(`host-${at}`, pool.written(place)));
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="referrer" content="no-referrer">',
    '<meta name="color-scheme" content="light dark">',
    '<title>mendgate report</title>',
    `<style>${style}</style>`,
    '</head>',
    '<body>',
    '<noscript>This report needs the script that it carries. `mendgate runs report RUN --as md` gives one without.</noscript>',
    data('report', pageIndex(report, mendgate)),
    data('pool', pool.pooled()),
    ...hosts,
    `<script>${script}</script>`,
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

/** A block that is never run. Without `<` nothing in it can end it, or begin another. */
function data(id: string, value: unknown): string {
  return `<script type="application/json" id="${id}">${harmlessJson(value).replaceAll('<', '\\u003c')}</script>`;
}

/** Of exactly what stands between the tags. */
function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
