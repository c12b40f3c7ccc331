import { createHash } from 'node:crypto';
import type { Json, JsonObject } from '../../model/json.ts';
import type { Label } from '../../model/transport.ts';
import { isFailure, type RecordedAnswer, type RecordedEntry, type Recording, recordingVersion } from './recording.ts';

// A recording as JSON Lines: a header, then for each run its head and its entries in order. What is as usual (rc 0, no
// output, the first command) is left out. A long text stands once, in pieces by their hashes, and `{"text": [HASH, …]}`
// where it belongs.

/** From this length on a text, or a call's params, stands by itself. */
const longText = 200;

/** A recording's lines, and the long texts that they name by hash. */
export interface SplitRecording {
  readonly lines: readonly string[];
  readonly texts: ReadonlyMap<string, string>;
}

/** Takes the long texts out, for who keeps those of many recordings together. */
export function splitRecording({ about, runs }: Recording): SplitRecording {
  const texts = new Map<string, string>();
  const hashed = (text: string): readonly string[] =>
    piecesOf(text).map((piece) => {
      const hash = hashOf(piece);
      texts.set(hash, piece);
      return hash;
    });
  const keep = (text: string): Json => (text.length < longText ? text : { text: hashed(text) });
  const params = (label: Label): JsonObject => {
    const text = JSON.stringify(label.params);
    return text.length < longText ? { params: label.params } : { params_text: hashed(text) };
  };
  const answer = ({ rc, stdout, stderr, truncated }: RecordedAnswer): JsonObject => ({
    ...(rc === 0 ? {} : { rc }),
    ...(stdout === '' ? {} : { stdout: keep(stdout) }),
    ...(stderr === '' ? {} : { stderr: keep(stderr) }),
    ...(truncated ? { truncated } : {}),
  });
  const line = (entry: RecordedEntry): JsonObject => {
    switch (entry.type) {
      case 'open':
        return { open: entry.failed === undefined ? 'ok' : { ...entry.failed } };
      case 'ask': {
        const { label, become, command, outcome } = entry;
        return {
          ask: label.kind,
          name: label.name,
          ...params(label),
          become,
          ...(command === 0 ? {} : { command }),
          ...(isFailure(outcome) ? { failed: { ...outcome } } : answer(outcome)),
        };
      }
      case 'fix':
        return {
          fix: entry.kind,
          become: entry.become,
          parts: entry.parts.map(({ label, answers }) => ({
            kind: label.kind,
            name: label.name,
            ...params(label),
            answers: answers.map(answer),
          })),
          ...(entry.failed === undefined ? {} : { failed: { ...entry.failed } }),
        };
    }
  };
  const lines = runs.flatMap((run) => [
    {
      run: run.name,
      host: run.host,
      startedAt: new Date(run.startedAt).toISOString(),
      ...(run.cut ? { cut: true } : {}),
    },
    ...run.entries.map(line),
  ]);
  return { lines: [{ recording: recordingVersion, about }, ...lines].map((entry) => JSON.stringify(entry)), texts };
}

/** A recording as one file. */
export function formatRecording(recording: Recording): string {
  const { lines, texts } = splitRecording(recording);
  const [head = '', ...rest] = lines;
  const standing = [...texts].map(([hash, text]) => JSON.stringify({ text: hash, is: text }));
  return [head, ...standing, ...rest].map((line) => `${line}\n`).join('');
}

/** Shorter pieces are not worth a name. */
const shortestPiece = 500;

/**
 * A text cut behind some of its lines. Which ones follows from each line alone, so that two texts with most lines in common
 * have most pieces in common.
 */
function piecesOf(text: string): readonly string[] {
  const pieces: string[] = [];
  let piece = '';
  for (const line of text.split(/(?<=\n)/)) {
    piece += line;
    if (piece.length < shortestPiece || !/^[01]/.test(hashOf(line))) continue;
    pieces.push(piece);
    piece = '';
  }
  return piece === '' ? pieces : [...pieces, piece];
}

/** The name of a piece of text in a recording. */
function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
