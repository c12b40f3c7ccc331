import { describe, expect, it } from 'vitest';
import { createDemoFleet } from '../../src/demo/fleet.ts';
import type { HostState } from '../../src/demo/host-state.ts';
import { restoreLabels } from '../../src/demo/labels.ts';
import { request } from '../../src/demo/request.ts';

function hostState(name: string, backend: Partial<HostState['backend']> = {}): HostState {
  const found = createDemoFleet(() => 1_795_000_000_000).find((host) => host.name === name);
  if (found === undefined) throw new Error(`no host ${name}`);
  return { ...found.state, backend: { ...found.state.backend, ...backend } };
}

/** What a request to the host gives, and the last lines of its logs when they are new. */
function ask(state: HostState) {
  const [errors, denials] = [state.errorLog.length, state.auditLog.length];
  const status = request(state);
  return {
    status,
    errno: /failed \((\d+):/.exec(state.errorLog.slice(errors).at(-1)?.text ?? '')?.[1],
    denied: / \{ (\w+) \}/.exec(state.auditLog.slice(denials).at(-1)?.text ?? '')?.[1],
  };
}

const answers = { status: 200, errno: undefined, denied: undefined };

describe('a request to a simulated host', () => {
  it('meets the labels of a socket one after the other: the socket, then its listener', () => {
    const state = hostState('web04.demo');
    expect(ask(state)).toEqual({ status: 502, errno: '13', denied: 'write' });
    state.labelRules.set('/var/run/app(/.*)?', 'httpd_var_run_t');
    restoreLabels(state, '/run/app');
    expect(ask(state)).toEqual({ status: 502, errno: '13', denied: 'connectto' });
    state.modules.set('m', '(allow httpd_t unconfined_service_t (unix_stream_socket (connectto)))\n');
    expect(ask(state)).toEqual(answers);
  });

  it('is refused by file rights without a denial', () => {
    const state = hostState('web05.demo');
    expect(ask(state)).toEqual({ status: 502, errno: '13', denied: undefined });
    state.files.get('/run/php-fpm/www.sock')?.acl.set('user:nginx', 'rw-').set('mask:', 'rw-');
    expect(ask(state)).toEqual(answers);
    state.files.get('/run/php-fpm')?.acl.set('other:', '---');
    expect(ask(state)).toEqual({ status: 502, errno: '13', denied: undefined });
  });

  it('learns only behind the policy that nobody listens', () => {
    const state = hostState('web01.demo', { listening: false });
    expect(ask(state)).toEqual({ status: 502, errno: '13', denied: 'name_connect' });
    state.booleans.set('httpd_graceful_shutdown', { active: true });
    expect(ask(state)).toEqual({ status: 502, errno: '111', denied: undefined });
  });

  it('is not let through by a port label alone: httpd_t needs the boolean too', () => {
    const state = hostState('web02.demo');
    state.booleans.set('httpd_graceful_shutdown', { active: false });
    state.ports.unshift({ port: 3000, protocol: 'tcp', type: 'http_port_t' });
    expect(ask(state)).toEqual({ status: 502, errno: '13', denied: 'name_connect' });
    state.booleans.set('httpd_graceful_shutdown', { active: true });
    expect(ask(state)).toEqual(answers);
  });

  it('gets through where SELinux is permissive, whose denials are logged once', () => {
    const state = hostState('web08.demo');
    const logged = state.auditLog.filter(({ text }) => text.endsWith('permissive=1'));
    expect(logged).toHaveLength(1);
    expect(ask(state)).toEqual(answers);
  });

  it('logs as nginx does: a refused TCP connection without its peer, a forbidden one with it', () => {
    const [down, forbidden] = [hostState('web06.demo'), hostState('web01.demo')];
    request(down);
    request(forbidden);
    expect(down.errorLog.at(-1)?.text).toContain(
      '[error] 1182#1182: *22 connect() failed (111: Connection refused) while connecting to upstream, client: ',
    );
    expect(forbidden.errorLog.at(-1)?.text).toContain(
      '[crit] 1182#1182: *22 connect() to 127.0.0.1:9000 failed (13: Permission denied) while connecting to upstream, client: ',
    );
  });
});
