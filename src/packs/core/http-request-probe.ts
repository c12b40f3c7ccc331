import { defineProbe, unreadable } from '../../model/probe.ts';
import { lookByHttp } from './http-answer.ts';
import { httpParams, httpReads, httpRequest } from './http-params.ts';

export default defineProbe({
  name: 'http.request',
  summary: 'What an HTTP server answers to a GET or HEAD, asked from the host; redirects are not followed.',
  params: {
    type: 'object',
    properties: {
      ...httpParams,
      method: { type: 'string', enum: ['GET', 'HEAD'], default: 'GET', description: 'Method' },
    },
    required: ['url'],
  },
  result: {
    type: 'object',
    properties: {
      url: { type: 'string', description: 'The address asked for' },
      answered: { type: 'boolean', description: 'There was an HTTP answer, whatever its status' },
      status: { type: 'integer', description: 'Status of the answer; 0 when there was none' },
      error: { type: 'string', description: 'Why there was no answer' },
      ms: { type: 'integer', description: 'From begin to the end of the body, in milliseconds' },
      headers: {
        type: 'object',
        properties: {},
        additionalProperties: { type: 'string', description: 'Value' },
        description: 'Headers of the answer, names in lower case; empty without an answer',
      },
      body_size: { type: 'integer', description: 'Bytes of the body' },
    },
    required: ['url', 'answered', 'status', 'ms', 'headers', 'body_size'],
  },
  reads: () => httpReads,
  fingerprint: ({ answered, status }) => ({ answered, status }),
  trace: ({ method, url }) => `${method} ${url}`,
  async read(host, params) {
    const look = await lookByHttp(host, httpRequest(params, params.method, false));
    const { url } = params;
    switch (look.kind) {
      case 'unreadable':
        return unreadable(look.reason);
      case 'silent':
        return { url, answered: false, status: 0, error: look.error, ms: look.ms, headers: {}, body_size: 0 };
      case 'answered':
        return { url, answered: true, status: look.status, ms: look.ms, headers: look.headers, body_size: look.size };
    }
  },
});
