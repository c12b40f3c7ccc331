// node scripts/generate-demo-policy.mjs: what the demo's Debian hosts say of their policy, taken from a recording (test/lab).
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

const folder = new URL('../test/recordings/', import.meta.url);
const texts = new Map(
  readdirSync(new URL('texts/', folder))
    .flatMap((file) => readFileSync(new URL(`texts/${file}`, folder), 'utf8').split('\n'))
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
    .map(({ text, is }) => [text, is]),
);
const lines = readFileSync(new URL('selinux/port-3000.jsonl', folder), 'utf8').split('\n').filter(Boolean);
const [{ about }, ...entries] = lines.map((line) => JSON.parse(line));
const asked = entries.find(({ ask, name }) => ask === 'probe' && name === 'selinux.remedies');
const said = asked.stdout.text.map((hash) => texts.get(hash)).join('');
const of = (key) =>
  said
    .split('\n')
    .filter((line) => line.startsWith(`${key} `))
    .map((line) => line.slice(key.length + 1));
const { os, packages } = about.guest;
const policy = {
  from: `${os}, selinux-policy-default ${packages['selinux-policy-default']}, nginx ${packages.nginx}`,
  ports: of('ports').join('\n'),
  rules: of('rule').join('\n'),
  equivalences: [...new Set(of('equivalence'))].join('\n'),
  booleans: of('bool')
    .map((line) => line.split(' ')[0])
    .join('\n'),
};
// A line as the formatter leaves it: at most 120 characters wide, or its value on a line of its own.
const members = Object.entries(policy).map(([name, text]) => {
  const line = `  ${name}: ${quoted(text)},\n`;
  return line.length <= 121 ? line : `  ${name}:\n    ${quoted(text)},\n`;
});
writeFileSync(
  new URL('../src/demo/recorded-policy.ts', import.meta.url),
  `// Written by scripts/generate-demo-policy.mjs from a recording of a real host: its own words, line by line.\n\nexport const recordedPolicy = {\n${members.join('')}} as const;\n`,
);

function quoted(text) {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`;
}
