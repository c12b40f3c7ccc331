// node scripts/bundle.mjs: puts the compiled modules in build/ together into a few files in dist/, since Node reads one
// large file faster than three hundred small ones. Most packages stay outside, and nothing is minified. Of the declarations those
// stay that the two doors lead to. Runs last in the build.
import { chmod, copyFile, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const build = fileURLToPath(new URL('../build/', import.meta.url));
const dist = fileURLToPath(new URL('../dist/', import.meta.url));
/** Files that somebody finds by their name: the command, the two doors, and what Node's loader is given. */
const entries = ['cli/main', 'index', 'testing', 'load/user-packs/pack-hooks'];
/** Packages of many small files, which take as long to find as the rest of a start. */
const inlined = ['yaml', '@marcbachmann/cel-js', 'diff'];
/** Stands for the way from a file to dist/, until it is known in which file a module lands. */
const toDist = '@to-dist@';

for (const file of await readdir(dist, { recursive: true })) if (file.endsWith('.js')) await rm(join(dist, file));
const bundle = await rolldown({
  input: Object.fromEntries(entries.map((name) => [name, join(build, `${name}.js`)])),
  external: (id) => !/^[./]/.test(id) && !inlined.includes(id),
  platform: 'node',
  plugins: [
    {
      name: 'a module finds files from where it lay itself',
      transform: (code, id) =>
        code.replaceAll('import.meta.url', `new URL('${toDist}/${relative(build, id)}', import.meta.url).href`),
      renderChunk: (code, { fileName }) => code.replaceAll(toDist, relative(dirname(fileName), '') || '.'),
    },
  ],
});
await bundle.write({
  dir: dist,
  format: 'esm',
  entryFileNames: '[name].js',
  chunkFileNames: 'chunks/[name]-[hash].js',
});
for (const name of inlined) {
  const copy = join(dist, 'licenses', `${name.replaceAll('/', '-')}.txt`);
  await mkdir(dirname(copy), { recursive: true });
  await copyFile(new URL(`../node_modules/${name}/LICENSE`, import.meta.url), copy);
}
await chmod(join(dist, 'cli/main.js'), 0o755);

const declared = new Set();
const lead = async (file) => {
  if (declared.has(file)) return;
  declared.add(file);
  for (const [, path] of (await readFile(file, 'utf8')).matchAll(/(?:from|import\() ?'(\.[^']+)\.ts'/g))
    await lead(`${resolve(dirname(file), path)}.d.ts`);
};
for (const door of ['index', 'testing']) await lead(join(dist, `${door}.d.ts`));
for (const file of await readdir(dist, { recursive: true }))
  if (file.endsWith('.d.ts') && !declared.has(join(dist, file))) await rm(join(dist, file));
