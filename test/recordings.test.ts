import { describe, expect, test } from 'vitest';
import { loadRecordings, replayFlagship } from './recordings/replay-flagship.ts';

// The flagship on what the lab's guests answered: no host, no shell, the same diagnosis, changes and verdict.
const recordings = await loadRecordings();

describe.each(recordings.map((recording) => ({ name: recording.name, recording })))('$name', ({ recording }) => {
  test.each(Object.keys(recording.about.expect))('%s comes to what it came to on the guest', async (run) => {
    const { came, unrecorded, unasked } = await replayFlagship(recording, run);
    expect({ unrecorded, unasked }).toEqual({ unrecorded: [], unasked: [] });
    expect(came).toEqual(recording.about.expect[run]);
  });
});
