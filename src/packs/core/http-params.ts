import type { Resource } from '../../model/resource.ts';
import type { ObjectSchema, TypeOf } from '../../model/schema.ts';
import { timeoutMs, timeoutParam } from './duration-param.ts';
import type { HttpRequest } from './http-script.ts';
import { networkAddress, withoutBrackets } from './params.ts';

/** How a request is described, whatever is done with its answer. */
export const httpParams = {
  url: {
    type: 'string',
    pattern: '^https?://[^\\s"\\\\<>]+$',
    maxLength: 4000,
    description: 'http:// or https:// address, as seen from the host',
  },
  headers: {
    type: 'object',
    properties: {},
    additionalProperties: { type: 'string', secret: true, description: 'Value; may be secret' },
    default: {},
    description: 'Headers to send, by name',
  },
  timeout: timeoutParam,
  resolve: { ...networkAddress, description: "Connect to this address instead of what the URL's name resolves to" },
  verify_certificate: {
    type: 'boolean',
    default: true,
    description: 'With https: refuse a certificate that does not hold',
  },
} as const satisfies ObjectSchema['properties'];

type HttpParams = TypeOf<{
  readonly type: 'object';
  readonly properties: typeof httpParams;
  readonly required: ['url'];
}>;

export function httpRequest(params: HttpParams, method: 'GET' | 'HEAD', body: boolean): HttpRequest {
  return {
    url: params.url,
    method,
    headers: params.headers,
    timeoutMs: timeoutMs(params.timeout),
    verify: params.verify_certificate,
    address: params.resolve === undefined ? '' : withoutBrackets(params.resolve),
    body,
  };
}

/** What an HTTP answer depends on: almost anything may stand behind a web server, and change it. */
export const httpReads: readonly Resource[] = ['*'];
