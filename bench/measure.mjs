import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('./measure.py', import.meta.url));

/** Runs a command to its end; its output goes to a file. Gives `{ code, wall, cpu, memory }`: see measure.py. */
export function measure(command, output) {
  const env = { ...process.env };
  delete env.SSH_AUTH_SOCK;
  return new Promise((resolve, reject) => {
    const child = spawn('python3', [script, output, ...command], { stdio: ['ignore', 'pipe', 'inherit'], env });
    let text = '';
    child.stdout.on('data', (data) => {
      text += data;
    });
    child.on('error', reject).on('close', () => resolve(JSON.parse(text)));
  });
}

export function median(list) {
  const sorted = [...list].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
