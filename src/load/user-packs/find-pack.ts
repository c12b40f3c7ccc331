import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { extname, isAbsolute, join, relative, resolve } from 'node:path';
import type { PackProblem } from './pack-problem.ts';

/** A pack's file as it was found. */
export interface FoundPack {
  /** `module`: TypeScript or JavaScript. `executable`: a program that speaks JSON. */
  readonly kind: 'module' | 'executable';
  /** Absolute, with all links followed. */
  readonly file: string;
}

export type Found =
  | { readonly kind: 'found'; readonly pack: FoundPack }
  | { readonly kind: 'problem'; readonly problem: PackProblem };

/** `mendgate-pack-x`, `@me/mendgate-pack-x`. */
export const npmPackPattern: RegExp = /^(?:@[a-z0-9][a-z0-9._-]*\/)?mendgate-pack-[a-z0-9][a-z0-9._-]*$/;

const moduleEndings: ReadonlySet<string> = new Set(['.ts', '.mts', '.js', '.mjs']);

/**
 * The file of a pack by its name, as it stands in `packs:`: a path relative to `folder`, or the name of an npm package that
 * is installed for that folder or beside mendgate.
 */
export function findPack(name: string, folder: string): Found {
  if (npmPackPattern.test(name)) return findNpmPack(name, folder);
  if (name.includes('\0') || (!/^\.{1,2}\//.test(name) && !isAbsolute(name))) {
    return problem('pack/name', `\`${name}\` is neither a path nor the name of an npm package for mendgate`, {
      help: `a path begins with ./ (like ./packs/${name.replaceAll(/[^\w.-]/g, '') || 'app.ts'}), a package with mendgate-pack-`,
    });
  }
  let file: string;
  try {
    file = realpathSync(resolve(folder, name));
  } catch {
    return problem('pack/missing', `there is no file \`${name}\`${isAbsolute(name) ? '' : ' beside this runbook'}`);
  }
  return kindOf(name, file);
}

function findNpmPack(name: string, folder: string): Found {
  for (const from of [resolve(folder, 'runbook.yaml'), import.meta.filename]) {
    try {
      return kindOf(name, realpathSync(createRequire(from).resolve(name)));
    } catch {
      // Not installed there, or it has no door for `require`: looked at next.
    }
    const entry = importedEntry(name, from);
    if (entry !== undefined) return kindOf(name, entry);
  }
  return problem('pack/missing', `the npm package \`${name}\` is not installed here`, { help: `npm install ${name}` });
}

/** A package whose `exports` only know `import`: its file by package.json. */
function importedEntry(name: string, from: string): string | undefined {
  for (const base of createRequire(from).resolve.paths(name) ?? []) {
    try {
      const manifest: unknown = createRequire(from)(join(base, name, 'package.json'));
      const entry = doorOf(manifest);
      if (entry !== undefined) return realpathSync(join(base, name, entry));
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}

function doorOf(manifest: unknown): string | undefined {
  const at = (value: unknown, key: string): unknown =>
    typeof value === 'object' && value !== null && key in value ? (value as Record<string, unknown>)[key] : undefined;
  const exported = at(manifest, 'exports');
  const door = at(exported, '.') ?? exported;
  const entry = [door, at(door, 'import'), at(at(door, 'import'), 'default'), at(door, 'default')];
  return entry.find((text): text is string => typeof text === 'string');
}

function kindOf(name: string, file: string): Found {
  if (statSync(file).isDirectory()) {
    return problem('pack/folder', `\`${name}\` is a folder, not a pack`, {
      help: 'name its file, like ./packs/app.ts',
    });
  }
  const ending = extname(file);
  if (moduleEndings.has(ending)) return { kind: 'found', pack: { kind: 'module', file } };
  if (ending === '.cjs' || ending === '.cts') {
    return problem('pack/commonjs', `\`${name}\` is a CommonJS module`, {
      help: 'write `export default { … }`, in a .js or .ts file',
    });
  }
  try {
    accessSync(file, constants.X_OK);
  } catch {
    return problem(
      'pack/not-executable',
      `\`${name}\` is neither a module (.ts, .js) nor a program that may be executed`,
      {
        help: `if it is a program: chmod +x ${name}`,
      },
    );
  }
  return { kind: 'found', pack: { kind: 'executable', file } };
}

/** Whether a file lies in a folder, both with all links followed. */
export function isInside(folder: string, file: string): boolean {
  const way = relative(folder, file);
  return way !== '' && way !== '..' && !way.startsWith('../') && !isAbsolute(way);
}

/** The file that a `--pack` of the command line means; the names of npm packages stand for themselves. */
export function trustedFile(name: string): string {
  if (npmPackPattern.test(name)) return name;
  try {
    return realpathSync(resolve(name));
  } catch {
    return resolve(name);
  }
}

function problem(code: string, message: string, more: { readonly help?: string } = {}): Found {
  return { kind: 'problem', problem: { code, message, ...more } };
}
