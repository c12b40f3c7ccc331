import { defineProbe } from 'mendgate';

const queue = defineProbe({
  name: 'mail.queue',
  summary: 'How many messages wait to be delivered.',
  params: { type: 'object', properties: {} },
  result: { type: 'object', properties: { waiting: { type: 'integer' } }, required: ['waiting'] },
  read: async (host) => {
    const { stdout } = await host.run({ argv: ['find', '/var/spool/postfix/deferred', '-type', 'f'] });
    return { waiting: stdout.split('\n').length - 1 };
  },
});

export default { name: 'mail', probes: [queue] };
