import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

// The recordings have most of their text in common: each piece stands once, in the file that its hash begins with.

/** Recordings lie here, each at KIND/SCENARIO.jsonl. */
export const recordingsFolder = fileURLToPath(new URL('.', import.meta.url));
const textsFolder = join(recordingsFolder, 'texts');

/** Every piece of text by its hash. */
export function readTexts(): Map<string, string> {
  const texts = new Map<string, string>();
  for (const file of listTexts()) {
    for (const line of readFileSync(join(textsFolder, file), 'utf8').split('\n')) {
      if (line === '') continue;
      // This file's own lines.
      const { text, is } = JSON.parse(line) as { text: string; is: string };
      texts.set(text, is);
    }
  }
  return texts;
}

function listTexts(): readonly string[] {
  try {
    return readdirSync(textsFolder).filter((file) => file.endsWith('.jsonl'));
  } catch {
    return [];
  }
}

/** Adds pieces, and forgets those that no recording names any more. One process at a time. */
export async function addTexts(added: ReadonlyMap<string, string>): Promise<void> {
  await mkdir(textsFolder, { recursive: true });
  const files = (await readdir(recordingsFolder, { recursive: true })).filter((file) => file.endsWith('.jsonl'));
  const recordings = files.filter((file) => !file.startsWith('texts'));
  const named = (await Promise.all(recordings.map((file) => readFile(join(recordingsFolder, file), 'utf8')))).join('');
  const used = new Set(named.match(/"[0-9a-f]{16}"/g)?.map((quoted) => quoted.slice(1, -1)));
  const all = [...new Map([...readTexts(), ...added])].filter(([hash]) => used.has(hash)).sort();
  for (const digit of '0123456789abcdef') {
    const own = all.filter(([hash]) => hash.startsWith(digit));
    const lines = own.map(([text, is]) => `${JSON.stringify({ text, is })}\n`);
    await writeFile(join(textsFolder, `${digit}.jsonl`), lines.join(''));
  }
}
