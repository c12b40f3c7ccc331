import type { Inspector } from '../../model/probe.ts';
import { bytes, integer, parseFields, word } from './fields.ts';
import { type HttpRequest, httpScript } from './http-script.ts';
import { firstLine, whyNot } from './why-not.ts';

export type HttpLook =
  | { readonly kind: 'unreadable'; readonly reason: string }
  | { readonly kind: 'silent'; readonly error: string; readonly ms: number }
  | ({ readonly kind: 'answered'; readonly ms: number; readonly size: number } & HttpHead);

export interface HttpHead {
  readonly status: number;
  /** Names in lower case; values of a name that comes more than once are joined with `, `. */
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
}

/** Sends the request from the host, once. */
export async function lookByHttp(host: Inspector, request: HttpRequest): Promise<HttpLook> {
  if (!URL.canParse(request.url)) return { kind: 'unreadable', reason: `${request.url} is not a URL` };
  const forbidden = Object.keys(request.headers).find((name) => !/^[A-Za-z0-9_-]{1,100}$/.test(name));
  if (forbidden !== undefined)
    return { kind: 'unreadable', reason: `${JSON.stringify(forbidden)} is not a header's name` };

  const answer = await host.run(httpScript(request));
  const cannot = `cannot send ${request.method} ${request.url}`;
  if (answer.rc !== 0 || answer.truncated) return { kind: 'unreadable', reason: whyNot(answer, cannot) };
  const fields = parseFields(answer.stdout);
  if (fields.has('no_tool')) return { kind: 'unreadable', reason: `${cannot}: it needs curl (or python3) on the host` };
  const badHeader = word(fields, 'bad_header');
  if (badHeader !== undefined)
    return { kind: 'unreadable', reason: `${cannot}: the header ${badHeader} holds a line end` };

  const said = bytes(fields, 'answer')?.toString('utf8') ?? '';
  const tail = /\nmendgate (\d{3}) (\d{1,9}(?:[.,]\d{1,9})?) (\d{1,15})(?:\.\d*)?$/.exec(said);
  const error = firstLine(answer.stderr).replace(/^curl: \(\d+\) /, '');
  if (tail === null)
    return { kind: 'unreadable', reason: `${cannot}: ${error || `exit code ${integer(fields, 'rc')}`}` };
  const ms = Math.round(Number((tail[2] ?? '0').replace(',', '.')) * 1000);
  const head = parseHead(said.slice(0, tail.index));
  if (tail[1] === '000' || head === undefined) return { kind: 'silent', error: error || 'no answer', ms };
  return { kind: 'answered', ms, size: Number(tail[3]), ...head };
}

const maxHeaders = 200;

/** Reads a response; interim ones (1xx) in front of it are passed over. */
export function parseHead(said: string): HttpHead | undefined {
  let rest = said;
  for (let block = 0; block < 10; block += 1) {
    const end = /\r?\n\r?\n|$/.exec(rest);
    const [first = '', ...lines] = rest.slice(0, end?.index).split(/\r?\n/);
    const status = /^HTTP\/[\d.]{1,3} (\d{3})(?: |$)/.exec(first)?.[1];
    if (status === undefined) return undefined;
    rest = rest.slice((end?.index ?? 0) + (end?.[0].length ?? 0));
    if (status.startsWith('1') && status !== '101') continue;
    return { status: Number(status), headers: parseHeaders(lines.slice(0, maxHeaders)), body: rest };
  }
  return undefined;
}

function parseHeaders(lines: readonly string[]): { readonly [name: string]: string } {
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    const name = line.slice(0, colon).trim().toLowerCase();
    const value = line.slice(colon + 1).trim();
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return Object.fromEntries(headers);
}
