import type { Pack } from '../../model/pack.ts';
import backends from './nginx-backends-probe.ts';
import certificates from './nginx-certificates-probe.ts';
import config from './nginx-config-probe.ts';
import current from './nginx-current-action.ts';
import upstreamErrors from './nginx-upstream-errors-probe.ts';
import upstreams from './nginx-upstreams-probe.ts';
import worker from './nginx-worker-probe.ts';

/** nginx: its processes, its configuration, its backends and their errors. */
export const nginxPack: Pack = {
  name: 'nginx',
  probes: [worker, config, certificates, upstreams, upstreamErrors, backends],
  actions: [current],
};
