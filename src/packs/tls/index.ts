import type { Pack } from '../../model/pack.ts';
import endpoint from './tls-endpoint-probe.ts';
import file from './tls-file-probe.ts';
import renewal from './tls-renewal-probe.ts';
import renewed from './tls-renewed-action.ts';

/** Certificates: in files, as servers show them, and what renews them. */
export const tlsPack: Pack = { name: 'tls', probes: [endpoint, file, renewal], actions: [renewed] };
