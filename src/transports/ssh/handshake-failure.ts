import type { Socket } from 'node:net';
import { HostFailure } from '../../model/host-failure.ts';
import { safeLine } from '../../model/safe-text.ts';

/** What a server said before the SSH protocol proper. */
export interface BannerWatch {
  /** It identified itself as an SSH 2 server. */
  greeted(): boolean;
  /** The first line it sent, if any. */
  firstLine(): string;
}

const watchedBytes = 4096;

/** Listens in on the first bytes of a socket that somebody else reads. */
export function watchBanner(socket: Socket): BannerWatch {
  let text = '';
  const listen = (chunk: Buffer): void => {
    text += chunk.toString('latin1', 0, watchedBytes);
    if (greeted() || text.length > watchedBytes) socket.off('data', listen);
  };
  const greeted = (): boolean => /^SSH-(?:2\.0|1\.99)-/m.test(text);
  socket.on('data', listen);
  return { greeted, firstLine: () => text.split(/\r?\n/, 1)[0] ?? '' };
}

/** Why a handshake failed, by how far it came. `error` is absent when the time was up. */
export function handshakeFailure(banner: BannerWatch, error: Error | undefined, waitedMs: number): HostFailure {
  const waited = `within ${waitedMs / 1000} s`;
  const said = banner.firstLine();
  if (banner.greeted()) {
    const why = error === undefined ? `did not end ${waited}` : `failed: ${safeLine(error.message)}`;
    return new HostFailure('kex', `the SSH handshake ${why}`);
  }
  if (said === '') return new HostFailure('banner', `the port is open but no SSH server greeted ${waited}`);
  return new HostFailure(
    'banner',
    `what answers there is not an SSH 2 server: it says ${JSON.stringify(safeLine(said.slice(0, 80)))}`,
  );
}
