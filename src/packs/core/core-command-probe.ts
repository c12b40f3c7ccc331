import { defineProbe, unreadable } from '../../model/probe.ts';
import { commandOf, commandParams } from './command-params.ts';
import { commandResult, commandResultProperties, noAnswer } from './command-result.ts';

export default defineProbe({
  name: 'core.command',
  summary: 'Runs a program that only reads, and tells its exit code and output.',
  params: commandParams,
  result: {
    type: 'object',
    properties: commandResultProperties,
    required: ['rc', 'stdout', 'stderr', 'text', 'lines'],
  },
  declared: true,
  async read(host, params) {
    const answer = await host.run(commandOf(params));
    const reason = noAnswer(answer, params.command[0] ?? 'the command');
    return reason === undefined ? commandResult(answer) : unreadable(reason);
  },
});
