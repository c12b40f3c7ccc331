import { describe, expect, it } from 'vitest';
import { createReporter } from '../../src/reporters/index.ts';
import { sink, stamp } from './events.ts';
import { allSamples } from './samples.ts';

describe('json', () => {
  it('writes one line per event, exactly the event, and nothing else', async () => {
    const stdout = sink();
    const stderr = sink();
    const reporter = await createReporter('json', { stdout, stderr }, { verbosity: 3, diff: true });
    const events = stamp([...allSamples, { type: 'warning', message: 'a\nb\x1b]0;x\x07\u009b31m\u202e\u2028"' }]);
    for (const event of events) reporter.emit(event);
    await reporter.close();
    const lines = stdout.text().split('\n');
    expect(lines.pop()).toBe('');
    expect(lines.map((line) => JSON.parse(line))).toEqual(events);
    expect(stdout.text()).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e\u2028]/);
    expect(stderr.text()).toBe('');
  });
});
