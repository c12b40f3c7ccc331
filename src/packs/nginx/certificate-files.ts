import type { PlacedDirective } from './config-includes.ts';
import { below, fitsOnLine } from './path.ts';
import { walkConfig } from './walk-config.ts';

const loadedAtStart =
  /^(?:[a-z]{1,10}_)?ssl_(?:certificate|certificate_key|trusted_certificate|client_certificate|crl|dhparam|password_file|session_ticket_key|stapling_file)$/;

const maxFiles = 500;

/** Certificates, keys and the like: nginx reads them when it loads its configuration, and only then. */
export function certificateFiles(directives: readonly PlacedDirective[], confFolder: string): readonly string[] {
  const files = new Set<string>();
  walkConfig(directives, ({ name, args }) => {
    const written = args[0];
    if (written === undefined || !loadedAtStart.test(name)) return;
    // A variable is read at each handshake; the others are no files.
    if (written.includes('$') || /^(?:data|engine|store):/.test(written)) return;
    const path = below(confFolder, written);
    if (fitsOnLine(path) && files.size < maxFiles) files.add(path);
  });
  return [...files];
}
