import { gunzipSync } from 'node:zlib';
import type { Event } from '../../model/event.ts';
import { checkRecords } from '../check-records.ts';
import { isRunId } from '../places.ts';
import { type Manifest, parseManifest, sha256 } from './manifest.ts';
import { readTar, type TarFile, TarProblem } from './tar.ts';

/** A bundle as it was found. */
export type CheckedBundle =
  | { readonly kind: 'whole'; readonly manifest: Manifest; readonly events: readonly Event[] }
  | { readonly kind: 'damaged'; readonly what: string };

/** No run of ours is larger; a small file that unpacks to more is there to fill the memory. */
const mostBytes = 2 ** 31;

/**
 * Whether a bundle is as it was written: its files and their hashes, the journal's chain, and that the runbook in it is the one
 * that ran. It shows damage and carelessness, not a forger, who can make all of it anew: the hash of the bundle itself, kept
 * elsewhere, shows him.
 */
export function checkBundle(bytes: Buffer): CheckedBundle {
  const damaged = (what: string): CheckedBundle => ({ kind: 'damaged', what });
  const files = unpacked(bytes);
  if (typeof files === 'string') return damaged(files);
  const [first] = files;
  const run = /^mendgate-([^/]+)\/manifest\.json$/.exec(first?.name ?? '')?.[1];
  const manifest = run === undefined || first === undefined ? undefined : parseManifest(first.bytes.toString('utf8'));
  if (manifest === undefined || run === undefined || !isRunId(run) || manifest.run !== run)
    return damaged('it has no manifest of a run');
  const found = new Map(files.slice(1).map(({ name, bytes }) => [name.slice(`mendgate-${run}/`.length), bytes]));
  if (found.size !== files.length - 1) return damaged('a file is in it twice');
  for (const { name, sha256: told } of manifest.files) {
    const file = found.get(name);
    if (file === undefined) return damaged(`${name} is missing`);
    if (sha256(file) !== told) return damaged(`${name} is not what its hash says`);
    found.delete(name);
  }
  const [other] = found.keys();
  return other === undefined ? checkRun(manifest, files) : damaged(`${other} is not in its manifest`);
}

function unpacked(bytes: Buffer): readonly TarFile[] | string {
  try {
    return readTar(gunzipSync(bytes, { maxOutputLength: mostBytes }));
  } catch (error) {
    if (error instanceof TarProblem) return error.message;
    return 'it is not gzip, or is cut short';
  }
}

/** What the hashes cannot tell: whether journal and runbook are those of that run. */
function checkRun(manifest: Manifest, files: readonly TarFile[]): CheckedBundle {
  const file = (name: string): Buffer | undefined =>
    files.find((each) => each.name === `mendgate-${manifest.run}/${name}`)?.bytes;
  const { events, damage, tornBytes } = checkRecords(file('journal.jsonl') ?? Buffer.alloc(0));
  if (damage !== undefined) return { kind: 'damaged', what: `its journal, line ${damage.line}: ${damage.what}` };
  const [started] = events;
  if (started?.type !== 'run.started' || tornBytes > 0) return { kind: 'damaged', what: 'its journal is not whole' };
  if (started.run !== manifest.run) return { kind: 'damaged', what: `its journal is that of ${started.run}` };
  const runbook = file('runbook.yaml');
  if (runbook !== undefined && sha256(runbook) !== started.runbook.sha256) {
    return { kind: 'damaged', what: 'its runbook is not the one that ran' };
  }
  return { kind: 'whole', manifest, events };
}
