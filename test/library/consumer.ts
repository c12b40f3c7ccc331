import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** What `npm pack` says of a package. */
export interface Packed {
  /** Of the archive. */
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string; readonly size: number; readonly mode: number }[];
}

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A project in an empty folder that has installed mendgate as it would be published, and nothing else but its dependencies. */
export interface Consumer {
  readonly folder: string;
  readonly packed: Packed;
  /** Where mendgate is installed. */
  readonly installed: string;
  write(path: string, text: string): void;
  /** Runs a program in the folder. */
  run(program: string, args: readonly string[]): Ended;
  /** The compiler, with these options. */
  tsc(options: Readonly<Record<string, unknown>>): Ended;
  remove(): void;
}

/** Packs what is built, and installs it without network: npm's own archive, unpacked, beside links to the dependencies. */
export function installPacked(): Consumer {
  const folder = mkdtempSync(join(tmpdir(), 'mendgate-consumer-'));
  const installed = join(folder, 'node_modules/mendgate');
  mkdirSync(installed, { recursive: true });
  const packing = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder];
  const [packed] = JSON.parse(execFileSync('npm', packing, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
  const archive = join(folder, packed.filename);
  execFileSync('tar', ['-xzf', archive, '--strip-components=1', '-C', installed]);
  rmSync(archive);
  const { dependencies } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
  for (const name of [...Object.keys(dependencies), '@types/node']) {
    const link = join(folder, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(resolve('node_modules', name), link);
  }
  // As npm links it.
  mkdirSync(join(folder, 'node_modules/.bin'));
  symlinkSync('../mendgate/dist/cli/main.js', join(folder, 'node_modules/.bin/mendgate'));
  const write = (path: string, text: string): void => writeFileSync(join(folder, path), text);
  write('package.json', JSON.stringify({ name: 'consumer', private: true, type: 'module' }));
  const run = (program: string, args: readonly string[]): Ended => {
    const { status, stdout, stderr } = spawnSync(program, args, { cwd: folder, encoding: 'utf8' });
    return { code: status, stdout, stderr };
  };
  return {
    folder,
    packed,
    installed,
    write,
    run,
    tsc(options) {
      const compilerOptions = { target: 'es2023', lib: ['es2023'], types: ['node'], strict: true, ...options };
      write('tsconfig.json', JSON.stringify({ compilerOptions, include: ['*.ts'] }));
      return run(process.execPath, [resolve('node_modules/typescript/bin/tsc'), '-p', '.']);
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Puts the examples of docs/library.md into a project. */
export function copyExamples({ folder }: Consumer): void {
  for (const name of readdirSync('examples/library')) cpSync(join('examples/library', name), join(folder, name));
}
