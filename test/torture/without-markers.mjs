// For `node --import`: the same program with its protection off. A fix's marker on the host gets a fresh name each time, so
// that no host ever knows it again. Nothing in mendgate knows of this; it serves to show that the suite can see doubles.
import { register } from 'node:module';

const loader = `
const fresh = 'function markerName() { return Array.from(crypto.getRandomValues(new Uint8Array(32)), (byte) => byte.toString(16).padStart(2, "0")).join(""); }';
export async function load(url, context, next) {
  const loaded = await next(url, context);
  const text = url.includes('/dist/') ? String(loaded.source) : '';
  return text.includes('function markerName(')
    ? { ...loaded, source: text.replace('function markerName(', fresh + ' function markerNameOnce(') }
    : loaded;
}`;
register(`data:text/javascript,${encodeURIComponent(loader)}`);
