import { readFileSync } from 'node:fs';

/** mendgate's version, from package.json, which lies beside src/ and dist/ alike. */
export function mendgateVersion(): string {
  const found: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const version = typeof found === 'object' && found !== null && 'version' in found ? found.version : undefined;
  return typeof version === 'string' ? version : '0.0.0';
}
