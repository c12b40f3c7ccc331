import { expect, it } from 'vitest';
import { Secret } from '../../src/model/secret.ts';
import type { OpenChannel } from '../../src/transports/channel.ts';
import { systemClock } from '../../src/transports/clock.ts';
import { startShell } from '../../src/transports/host-shell.ts';

it('answers a password prompt that arrives together with the word that the channel is open', async () => {
  const written: string[] = [];
  const open: OpenChannel = (exec, { stderr }) =>
    new Promise((resolve) => {
      resolve({ write: (data) => void written.push(data.toString()), destroy: () => undefined });
      stderr(Buffer.from(/'(mendgate-[0-9a-f]+:)'/.exec(exec)?.[1] ?? ''));
    });
  const nothing = (): void => undefined;
  const events = { hello: nothing, stdout: nothing, stderr: nothing, closed: nothing };
  const shell = startShell(
    { open, become: 'root', becomePassword: new Secret('s3cret'), clock: systemClock },
    '',
    events,
  );
  await expect.poll(() => written).toEqual(['s3cret\n']);
  shell.destroy();
});
