import { harmlessJson } from '../model/harmless-json.ts';
import type { Output, Reporter } from './reporter.ts';

/** One event per line and nothing else: what a line of the journal holds, but for the journal's own two members. */
export function createJson(stdout: Output): Reporter {
  return {
    emit(event) {
      stdout.write(`${harmlessJson(event)}\n`);
    },
    pause() {},
    resume() {},
    async close() {},
  };
}
