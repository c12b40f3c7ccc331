// node scripts/generate-api.mjs [FOLDER]: writes down what each of the two doors exports, as dist/ declares it, so that a
// change of the public surface is seen in review. Refuses an export without words, and one that names a type which a program
// cannot. Part of `npm run docs`; a test compares FOLDER (default: api/) with what this would write.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isIdentifier, isVariableDeclaration } from 'typescript/unstable/ast';
import { API, SymbolFlags } from 'typescript/unstable/sync';

const root = fileURLToPath(new URL('../', import.meta.url));
const folder = process.argv[2] ?? join(root, 'api');
const doors = [
  { name: 'mendgate', file: 'dist/index.d.ts' },
  { name: 'mendgate/testing', file: 'dist/testing.d.ts' },
];

const api = new API({ cwd: root });
const files = doors.map(({ file }) => join(root, file));
const project = api.updateSnapshot({ openFiles: files }).getDefaultProjectForFile(files[0]);
const { checker, program } = project;
const exported = new Map(doors.map(({ name, file }) => [name, exportsOf(join(root, file))]));
const nameable = new Set([...exported.values()].flat().map(({ symbol }) => symbol.id));
const problems = [];
mkdirSync(folder, { recursive: true });
for (const [name, entries] of exported)
  writeFileSync(join(folder, `${name.replace('/', '-')}.api.md`), report(name, entries));
api.close();
for (const problem of new Set(problems)) process.stderr.write(`${problem}\n`);
process.exitCode = problems.length === 0 ? 0 : 1;

function exportsOf(file) {
  const module = checker.getSymbolAtLocation(program.getSourceFile(file));
  return checker
    .getExportsOfModule(module)
    .map((entry) => ({ name: entry.name, symbol: originalOf(entry) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function originalOf(symbol) {
  return (symbol.flags & SymbolFlags.Alias) === 0 ? symbol : checker.getAliasedSymbol(symbol);
}

function report(name, entries) {
  const declared = entries.map((entry) => {
    const words = entry.symbol.getDocumentationComment(checker).replaceAll(/\s+/g, ' ').trim();
    if (words === '') problems.push(`${name}: ${entry.name} has no docstring`);
    const nodes = entry.symbol.declarations.map((handle) => handle.resolve(project));
    const parts = nodes.flatMap((node) => [node, ...localsOf(name, entry.name, node)]);
    const [sentence] = words.split(/(?<=[^.].[.:]) (?=[A-Z`])/);
    return `// ${sentence}\n${parts.map(declarationText).join('\n')}`;
  });
  return `# What \`${name}\` exports\n\nWritten by \`npm run docs\` from the declarations; what may be relied on is said in [docs/library.md](../docs/library.md).\n\n\`\`\`ts\n${declared.join('\n\n')}\n\`\`\`\n`;
}

/** As declared, without the words of its members. */
function declarationText(node) {
  const text = (isVariableDeclaration(node) ? node.parent.parent : node).getText();
  return text
    .replaceAll(/\/\*\*[\s\S]*?\*\//g, '')
    .replaceAll(/^\s*\n/gm, '')
    .trim();
}

/** Types that only the file of a declaration knows: they are part of its shape. Any other of ours has to be exported. */
function localsOf(door, name, node, seen = new Set()) {
  const locals = [];
  const look = (each) => {
    const symbol = isIdentifier(each) ? checker.getSymbolAtLocation(each) : undefined;
    const original = symbol === undefined ? undefined : originalOf(symbol);
    if (original !== undefined && isOurType(original) && !nameable.has(original.id) && !seen.has(original.id)) {
      seen.add(original.id);
      const declaration = original.declarations[0].resolve(project);
      if (/^(export|declare)\b/.test(declaration.getText()))
        problems.push(`${door}: ${name} names ${original.name}, which nothing exports`);
      else locals.push(declaration, ...localsOf(door, name, declaration, seen));
    }
    each.forEachChild(look);
  };
  look(node);
  return locals;
}

function isOurType({ flags, declarations }) {
  const isType = (flags & SymbolFlags.Type & ~SymbolFlags.TypeParameter) !== 0;
  return isType && declarations[0]?.path.startsWith(join(root, 'dist/'));
}
