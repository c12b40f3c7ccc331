import { defineProbe, unreadable } from '../../model/probe.ts';
import { Unknown } from '../../model/unknown.ts';
import { certificateSchema, findCertificates } from './certificates.ts';
import { configFolder } from './command-line.ts';
import { configResources, pidFile } from './params.ts';
import { readConfig } from './read-config.ts';

export default defineProbe({
  name: 'nginx.certificates',
  summary:
    'Every certificate that nginx’s configuration names, for which servers, and where nginx can be asked for it.',
  params: { type: 'object', properties: { pid_file: pidFile } },
  result: { type: 'array', items: certificateSchema },
  reads: () => ['nginx:processes', ...configResources],
  async read(host, { pid_file }) {
    const read = await readConfig(host, pid_file);
    if (read instanceof Unknown) return read;
    if (read.truncated) return unreadable('nginx’s configuration is too big to be read whole');
    return findCertificates(read.config.directives, configFolder(read.places)).map((each) => ({ ...each }));
  },
});
