// Loaded into mendgate with --import: writes how late its event loop came, in ms, into the file named by LOOP_LAG when it ends.
import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

const everyMs = 10;
const delays = monitorEventLoopDelay({ resolution: everyMs });
delays.enable();
process.once('exit', () => {
  // The histogram counts the timer's own interval in.
  const late = (nanoseconds) => Math.max(0, nanoseconds / 1e6 - everyMs);
  const { LOOP_LAG: file } = process.env;
  if (file) writeFileSync(file, JSON.stringify({ p99: late(delays.percentile(99)), most: late(delays.max) }));
});
