// For `node --import`: the same program with its protection off. A fix's marker on the host gets a fresh name each time, so
// that no host ever knows it again. Nothing in mendgate knows of this; it serves to show that the suite can see doubles.
import { register } from 'node:module';

const loader = `
export async function load(url, context, next) {
  const loaded = await next(url, context);
  if (!url.endsWith('/shell/marker-name.js')) return loaded;
  const source = "import { randomBytes } from 'node:crypto';\\nexport function markerName() { return randomBytes(32).toString('hex'); }\\n";
  return { ...loaded, format: 'module', source, shortCircuit: true };
}`;
register(`data:text/javascript,${encodeURIComponent(loader)}`);
