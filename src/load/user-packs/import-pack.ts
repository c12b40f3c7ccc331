import { createRequire, register } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { asPack } from './pack-at-work.ts';
import type { PackFile } from './pack-files.ts';
import type { HookData } from './pack-hooks.ts';
import { type PackProblem, placeAt, shortName } from './pack-problem.ts';
import { limitedLoad } from './time-limit.ts';

export type Imported =
  | { readonly kind: 'imported'; readonly value: unknown }
  | { readonly kind: 'problems'; readonly problems: readonly PackProblem[] };

const require = createRequire(import.meta.url);
let hooked = false;

/** Loads the module of a pack: its default export, or what is wrong with its files. `files[0]` is its own. */
export async function importPack(files: readonly PackFile[]): Promise<Imported> {
  const [own] = files;
  if (own === undefined) throw new Error('a pack without a file');
  hook();
  try {
    const load = asPack(
      shortName(own.file),
      (): Promise<{ default?: unknown }> => import(pathToFileURL(own.file).href),
    );
    const { default: value } = await limitedLoad(load);
    if (value !== undefined) return { kind: 'imported', value };
    const problem = { code: 'pack/no-default', message: 'this pack exports nothing by default' };
    const help = "export default { name: 'app', probes: [ … ], actions: [ … ] }";
    return { kind: 'problems', problems: [{ ...problem, help, place: placeAt(own.file, own.text, 1, 1) }] };
  } catch (error) {
    const syntax = files.flatMap(syntaxProblems);
    return { kind: 'problems', problems: syntax.length > 0 ? syntax : [whyNot(error, files)] };
  }
}

function hook(): void {
  // From source another loader is at work, which knows TypeScript.
  if (hooked || import.meta.filename.endsWith('.ts')) return;
  hooked = true;
  const door = (name: string): string => new URL(`../../${name}.js`, import.meta.url).href;
  const data: HookData = { doors: { mendgate: door('index'), 'mendgate/testing': door('testing') } };
  register(new URL('./pack-hooks.js', import.meta.url), { data });
}

/** What a parser says of one file; it tells the place, which V8 does not. */
function syntaxProblems({ file, text }: PackFile): readonly PackProblem[] {
  if (!/\.m?[tj]s$/.test(file)) return [];
  const { transformSync } = require('amaro') as Parser;
  try {
    transformSync(text, { mode: 'strip-only' });
    return [];
  } catch (error) {
    return readComplaints(String(error), { file, text });
  }
}

interface Parser {
  transformSync(text: string, options: { readonly mode: 'strip-only' }): unknown;
}

/**
 * swc's report, whose blocks look so: `  x Expected ','`, then `   ,-[3:1]` (without numbers: line 1), the lines, and
 * carets below the place.
 */
function readComplaints(report: string, { file, text }: PackFile): readonly PackProblem[] {
  const blocks = report.split(/^ {2}x /m).slice(1);
  return blocks.map((block) => {
    const message = (block.split('\n')[0] ?? '').trim();
    const lines = block.split('\n');
    const carets = lines.findIndex((line) => /^ *: *\^/.test(line));
    const [, number = '1', gap = ' '] = /^ *(\d+) \|( ?)/.exec(lines[carets - 1] ?? '') ?? [];
    const caret = lines[carets] ?? ':  ^';
    const col = caret.indexOf('^') - caret.indexOf(':') - gap.length;
    const place = placeAt(file, text, Number(number), Math.max(1, col));
    const erasable = message.includes('strip-only');
    return {
      code: 'pack/syntax',
      message: erasable
        ? message.replace(/ in strip-only mode$/, ' here: packs are loaded by leaving types out')
        : message,
      place,
    };
  });
}

/** An import that does not resolve, or code that throws while it is loaded. */
function whyNot(thrown: unknown, files: readonly PackFile[]): PackProblem {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const place = placeOf(error, files);
  const base = { code: 'pack/load', message: `this pack cannot be loaded: ${error.message.split('\n')[0] ?? ''}` };
  return place === undefined ? base : { ...base, place };
}

/** The first place of its stack that is in one of the files. */
function placeOf({ stack = '' }: Error, files: readonly PackFile[]): PackProblem['place'] {
  for (const [, url = '', line = '1', col = '1'] of stack.matchAll(/(file:\/\/[^\s():]+):(\d+)(?::(\d+))?/g)) {
    const found = files.find(({ file }) => file === pathOf(url));
    if (found !== undefined) return placeAt(found.file, found.text, Number(line), Number(col));
  }
  const [own] = files;
  return own === undefined ? undefined : placeAt(own.file, own.text, 1, 1);
}

function pathOf(url: string): string | undefined {
  try {
    return fileURLToPath(url);
  } catch {
    return undefined;
  }
}
