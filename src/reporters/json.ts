import type { Output, Reporter } from './reporter.ts';

/**
 * One event per line and nothing else: the journal's format. What could steer a terminal (DEL, C1, direction marks) is
 * written as `\uXXXX`, which any reader of JSON takes for the same text.
 */
export function createJson(stdout: Output): Reporter {
  return {
    emit(event) {
      stdout.write(`${harmless(JSON.stringify(event))}\n`);
    },
    pause() {},
    resume() {},
    async close() {},
  };
}

function harmless(json: string): string {
  return json.replace(
    /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
