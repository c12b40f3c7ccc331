import { isObject, type JsonObject } from '../../model/json.ts';
import type { Label } from '../../model/transport.ts';
import {
  type RecordedAnswer,
  type RecordedEntry,
  type RecordedFailure,
  type RecordedRun,
  type Recording,
  recordingVersion,
} from './recording.ts';

/**
 * Reads a recording. `textOf` gives texts that stand elsewhere. Throws with the line's number for what is not a recording
 * of this version.
 */
export function parseRecording(
  file: string,
  textOf: (hash: string) => string | undefined = () => undefined,
): Recording {
  const own = new Map<string, string>();
  const texts = (pieces: unknown): string => {
    if (!Array.isArray(pieces)) throw new Error('a list of texts is missing');
    return pieces.map((hash) => piece(readText(hash))).join('');
  };
  const piece = (hash: string): string => {
    const text = own.get(hash) ?? textOf(hash);
    if (text === undefined) throw new Error(`the text ${hash} is missing`);
    return text;
  };
  let about: JsonObject | undefined;
  const runs: (Omit<RecordedRun, 'entries'> & { readonly entries: RecordedEntry[] })[] = [];
  for (const [at, line] of file.split('\n').entries()) {
    if (line === '') continue;
    try {
      const fields = fieldsOf(JSON.parse(line));
      if (about === undefined) about = readHead(fields);
      else if ('is' in fields) own.set(readText(fields['text']), readText(fields['is']));
      else if ('run' in fields) runs.push(readRun(fields));
      else last(runs).entries.push(readEntry(fields, texts));
    } catch (error) {
      throw new Error(`recording, line ${at + 1}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  if (about === undefined) throw new Error('recording: the file is empty');
  return { about, runs };
}

type Fields = Readonly<Record<string, unknown>>;
/** The text whose pieces these are. */
type Texts = (pieces: unknown) => string;

function last<T>(runs: readonly T[]): T {
  const run = runs.at(-1);
  if (run === undefined) throw new Error('no run has begun');
  return run;
}

function readHead(fields: Fields): JsonObject {
  if (fields['recording'] === undefined) throw new Error('this is not a recording');
  if (fields['recording'] !== recordingVersion) {
    throw new Error(`a recording of version ${String(fields['recording'])}; this reads version ${recordingVersion}`);
  }
  return fieldsOf(fields['about']) as JsonObject;
}

function readRun(fields: Fields) {
  const startedAt = Date.parse(readText(fields['startedAt']));
  if (Number.isNaN(startedAt)) throw new Error('startedAt is no time');
  return {
    name: readText(fields['run']),
    host: readText(fields['host']),
    startedAt,
    entries: [],
    ...(fields['cut'] === true ? { cut: true as const } : {}),
  };
}

function readEntry(fields: Fields, texts: Texts): RecordedEntry {
  const failed = fields['failed'] === undefined ? undefined : readFailure(fields['failed']);
  if ('open' in fields) {
    return fields['open'] === 'ok' ? { type: 'open' } : { type: 'open', failed: readFailure(fields['open']) };
  }
  const become = fields['become'] === false ? false : readText(fields['become']);
  if ('ask' in fields) {
    const label = readLabel(fields['ask'], fields, texts);
    const command = fields['command'] === undefined ? 0 : readNumber(fields['command']);
    return { type: 'ask', label, become, command, outcome: failed ?? readAnswer(fields, texts) };
  }
  const kind = oneOf(['ended', 'not_started', 'unknown'], fields['fix']);
  const parts = listOf(fields['parts']).map((part) => ({
    label: readLabel(part['kind'], part, texts),
    answers: listOf(part['answers']).map((answer) => readAnswer(answer, texts)),
  }));
  return { type: 'fix', become, kind, parts, ...(failed === undefined ? {} : { failed }) };
}

function readLabel(kind: unknown, fields: Fields, texts: Texts): Label {
  const elsewhere = fields['params_text'];
  const params: unknown = elsewhere === undefined ? fields['params'] : JSON.parse(texts(elsewhere));
  return {
    kind: oneOf(['probe', 'inspect', 'apply', 'undo', 'busy', 'clock', 'boot_id', 'lock', 'dead_man'], kind),
    name: readText(fields['name']),
    params: fieldsOf(params) as JsonObject,
  };
}

function readAnswer(fields: Fields, texts: Texts): RecordedAnswer {
  const output = (value: unknown): string => {
    if (value === undefined) return '';
    return isObject(value) ? texts(value['text']) : readText(value);
  };
  return {
    rc: fields['rc'] === undefined ? 0 : readNumber(fields['rc']),
    stdout: output(fields['stdout']),
    stderr: output(fields['stderr']),
    truncated: fields['truncated'] === true,
  };
}

function readFailure(value: unknown): RecordedFailure {
  const fields = fieldsOf(value);
  const { help } = fields;
  return {
    phase: oneOf(phases, fields['phase']),
    message: readText(fields['message']),
    ...(help === undefined ? {} : { help: readText(help) }),
  };
}

const phases: readonly RecordedFailure['phase'][] = [
  'dns',
  'tcp',
  'banner',
  'kex',
  'host_key',
  'auth',
  'agent',
  'channel',
  'shell',
  'become',
  'command',
  'lost',
  'output_limit',
  'timeout',
  'cancelled',
  'protocol',
];

function oneOf<T extends string>(known: readonly T[], value: unknown): T {
  const found = known.find((each) => each === value);
  if (found === undefined) throw new Error(`${JSON.stringify(value)} is none of ${known.join(', ')}`);
  return found;
}

function fieldsOf(value: unknown): Fields {
  if (!isObject(value)) throw new Error('an object is missing');
  return value;
}

function listOf(value: unknown): readonly Fields[] {
  if (!Array.isArray(value)) throw new Error('a list is missing');
  return value.map(fieldsOf);
}

function readText(value: unknown): string {
  if (typeof value !== 'string') throw new Error(`a text is missing, there is ${JSON.stringify(value)}`);
  return value;
}

function readNumber(value: unknown): number {
  if (typeof value !== 'number') throw new Error(`a number is missing, there is ${JSON.stringify(value)}`);
  return value;
}
