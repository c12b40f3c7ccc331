import type { Duplex } from 'node:stream';
import { HostFailure } from '../../model/host-failure.ts';
import { safeLine } from '../../model/safe-text.ts';
import { labelReader } from '../../shell/label.ts';
import { BeyondSsh2 } from '../beyond-ssh2.ts';

/** What a server said before the SSH protocol proper. */
export interface BannerWatch {
  /** It identified itself as an SSH 2 server. */
  greeted(): boolean;
  /** It sent nothing, or said that it has too many connections: it did not look at us at all. */
  dropped(): boolean;
  /** Its host answers by labels (shell/label.ts). */
  readsLabels(): boolean;
  /** The first line it sent, if any. */
  firstLine(): string;
}

const watchedBytes = 4096;

/** Listens in on the first bytes of a socket that somebody else reads. */
export function watchBanner(socket: Duplex): BannerWatch {
  let text = '';
  const listen = (chunk: Buffer): void => {
    text += chunk.toString('latin1', 0, watchedBytes);
    if (greeted() || text.length > watchedBytes) socket.off('data', listen);
  };
  const greeted = (): boolean => /^SSH-(?:2\.0|1\.99)-/m.test(text);
  socket.on('data', listen);
  // OpenSSH 9 says so; older ones and others hang up without a word.
  const dropped = (): boolean => text === '' || /^Exceeded MaxStartups\r?\n?$/.test(text);
  const readsLabels = (): boolean => new RegExp(`^SSH-2\\.0-${labelReader}\\b`, 'm').test(text);
  return { greeted, dropped, readsLabels, firstLine: () => text.split(/\r?\n/, 1)[0] ?? '' };
}

/** Why a handshake failed, by how far it came. `error` is absent when the time was up. */
export function handshakeFailure(banner: BannerWatch, error: Error | undefined, waitedMs: number): HostFailure {
  const waited = `within ${waitedMs / 1000} s`;
  const said = banner.firstLine();
  if (banner.greeted()) {
    const why =
      error === undefined
        ? `did not end ${waited}`
        : `failed: ${safeLine(error.message).replace(/^Handshake failed: /, '')}`;
    if (error !== undefined && /no matching (?!.*compression)/.test(error.message)) {
      const old =
        'for an old host ssh_config may have to allow what it has (HostKeyAlgorithms, KexAlgorithms, Ciphers)';
      return new BeyondSsh2('kex', `the SSH handshake ${why}`, old);
    }
    return new HostFailure('kex', `the SSH handshake ${why}`);
  }
  if (said === '') return new HostFailure('banner', `the port is open but no SSH server greeted ${waited}`);
  if (said.startsWith('Not allowed at this time')) {
    const help =
      'its sshd punishes this machine for earlier logins (PerSourcePenalties); wait, or end what tries again';
    return new HostFailure('banner', 'the host refuses connections from here for now', help);
  }
  return new HostFailure(
    'banner',
    `what answers there is not an SSH 2 server: it says ${JSON.stringify(safeLine(said.slice(0, 80)))}`,
  );
}
