import { describe, expect, it } from 'vitest';
import { validateParams } from '../../src/load/validate-call-params.ts';
import { Secret } from '../../src/model/secret.ts';
import { registry } from './registry.ts';

const told = (kind: 'probe' | 'action', name: string, params: unknown): readonly string[] =>
  validateParams(kind, name, params, registry).map(({ code, path }) => `${code} /${path.join('/')}`);

describe('evaluated params are checked against the schema of what is called', () => {
  it.each([
    ['fitting', { port: 8080, protocol: 'tcp', type: 'http_port_t' }, []],
    ['a wrong type', { port: '8080', protocol: 'tcp', type: 'x' }, ['params/wrong-type /port']],
    ['out of range', { port: 0, protocol: 'tcp', type: 'x' }, ['params/out-of-range /port']],
    ['no integer', { port: 1.5, protocol: 'tcp', type: 'x' }, ['params/wrong-type /port']],
    ['none of the choices', { port: 1, protocol: 'sctp', type: 'x' }, ['params/not-one-of /protocol']],
    ['a key too many', { port: 1, protocol: 'tcp', type: 'x', more: 1 }, ['params/unknown-key /more']],
    ['a key too few', { port: 1, protocol: 'tcp' }, ['params/missing-key /']],
    ['an inherited key', { port: 1, protocol: 'tcp', type: 'x', toString: 1 }, ['params/unknown-key /toString']],
    ['nothing at all', null, ['params/wrong-type /']],
  ])('%s', (_name, params, expected) => {
    expect(told('action', 'selinux.port', params)).toEqual(expected);
  });

  it('what a host answered cannot become a boolean name', () => {
    expect(told('action', 'selinux.boolean', { name: 'x -1; reboot', value: true })).toEqual(['params/bad-form /name']);
  });

  it('places inside lists are named by index', () => {
    expect(told('probe', 'core.command', { command: ['ls', 5] })).toEqual(['params/wrong-type /command/1']);
  });

  it('a secret may stand only where the schema says so', () => {
    const token = new Secret('hunter2');
    expect(told('probe', 'core.command', { command: ['ls'], env: { TOKEN: token }, stdin: token })).toEqual([]);
    expect(told('probe', 'core.command', { command: ['ls', token] })).toEqual(['params/secret /command/1']);
    expect(told('action', 'selinux.port', { port: token, protocol: 'tcp', type: 'x' })).toEqual([
      'params/secret /port',
    ]);
  });

  it('no message holds a secret', () => {
    const problems = validateParams('action', 'selinux.port', { port: new Secret('hunter2') }, registry);
    expect(JSON.stringify(problems)).not.toContain('hunter2');
  });

  it('an unknown name is a problem of the whole call', () => {
    expect(told('probe', 'http.requst', {})).toEqual(['runbook/unknown-probe /']);
  });
});
