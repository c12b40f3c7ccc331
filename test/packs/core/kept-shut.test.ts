import { describe, expect, it } from 'vitest';
import { homeKeptShut, socketKeptShut } from '../../../src/packs/core/kept-shut.ts';

describe('a socket that rules the host', () => {
  it.each([
    ['/var/run/docker.sock', 'root'],
    ['/run//docker.sock', undefined],
    ['/run/cri-dockerd.sock', undefined],
    ['/var/snap/lxd/common/lxd/unix.socket', undefined],
    ['/run/libvirt/libvirt-sock', undefined],
    ['/run/user/1000/bus', undefined],
    ['/run/dbus/system_bus_socket', undefined],
    ['/run/snapd.socket', undefined],
    ['/run/supervisor.sock', undefined],
    ['/srv/engine.sock', 'docker'],
    ['/srv/machines.sock', 'libvirt'],
  ])('stays shut: %s of group %s', (path, group) => {
    expect(socketKeptShut(path, group)).toMatch(/^whoever reaches it/);
  });

  it.each([
    ['/run/php/php8.2-fpm.sock', 'www-data'],
    ['/run/app/app.sock', 'app'],
    ['/run/app/docker.sock.d/app.sock', undefined],
    ['/srv/app/notdocker.sock', undefined],
  ])('is not seen in %s of group %s', (path, group) => {
    expect(socketKeptShut(path, group)).toBeUndefined();
  });
});

describe('a home on the way', () => {
  it.each([['/root'], ['/home/bob']])('is not opened: %s', (home) => {
    expect(homeKeptShut(['/srv', home])).toContain(home);
  });

  it('is not every directory', () => {
    expect(homeKeptShut(['/home/bob/app', '/run/app', '/rooted'])).toBeUndefined();
  });
});
