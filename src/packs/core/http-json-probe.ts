import { defineProbe, unreadable } from '../../model/probe.ts';
import { lookByHttp } from './http-answer.ts';
import { httpParams, httpReads, httpRequest } from './http-params.ts';

export default defineProbe({
  name: 'http.json',
  summary: 'The JSON that an HTTP server answers to a GET, asked from the host; unknown when there is none.',
  params: { type: 'object', properties: httpParams, required: ['url'] },
  result: {
    type: 'object',
    properties: {
      url: { type: 'string', description: 'The address asked for' },
      status: { type: 'integer', description: 'Status of the answer' },
      body: { type: 'any', description: 'The JSON' },
      ms: { type: 'integer', description: 'From begin to the end of the body, in milliseconds' },
    },
    required: ['url', 'status', 'body', 'ms'],
  },
  reads: () => httpReads,
  fingerprint: ({ status }) => ({ status }),
  trace: ({ url }) => `GET ${url}`,
  async read(host, params) {
    const { url } = params;
    const look = await lookByHttp(host, httpRequest(params, 'GET', true));
    if (look.kind === 'unreadable') return unreadable(look.reason);
    if (look.kind === 'silent') return unreadable(`GET ${url}: ${look.error}`);
    try {
      const body: unknown = JSON.parse(look.body);
      return { url, status: look.status, body, ms: look.ms };
    } catch {
      return unreadable(`GET ${url} (status ${look.status}) did not answer with JSON`);
    }
  },
});
