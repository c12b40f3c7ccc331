import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { attachGuest, type Guest, type GuestPlace, isItsQemu, runDir } from './guest.ts';

/** The guests of this machine. One whose qemu ended by itself, or was killed, leaves its folders; they are removed here. */
export async function runningGuests(): Promise<readonly Guest[]> {
  await mkdir(runDir(), { recursive: true });
  const guests: Guest[] = [];
  for (const name of (await readdir(runDir())).sort()) {
    const text = await readFile(join(runDir(), name, 'guest.json'), 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    const guest = attachGuest(JSON.parse(text) as GuestPlace);
    if (await isItsQemu(guest)) guests.push(guest);
    else await guest.stop();
  }
  return guests;
}
