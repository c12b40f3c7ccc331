import { isObject } from '../model/json.ts';

const assigned =
  /((?:pass(?:word|wd|phrase)?|secret|token|api[-_]?key)["']?[ \t]*[=:][ \t]*)("[^"\n]*"?|'[^'\n]*'?|[^\s,;&}'"]+)/gi;
const authorization = /((?:authorization|cookie)["']?[ \t]*:[ \t]*)[^\r\n"']+/gi;
const inUrl = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:)[^\s/@]+@/gi;
const privateKey = /-----BEGIN ([A-Z ]*PRIVATE KEY)-----[\s\S]*?(?:-----END \1-----|$)/g;

/**
 * What looks like a secret in a host's texts becomes `***`: passwords and tokens after their names, in URLs and headers,
 * and private keys. A net below the redactor, which knows only the secrets that it was given.
 */
export function withoutLikelySecrets<T>(value: T): T {
  // The walk keeps the shape: only texts change.
  return walk(value) as T;
}

function walk(value: unknown): unknown {
  if (typeof value === 'string') return cleaned(value);
  if (Array.isArray(value)) return value.map(walk);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, walk(member)]));
}

function cleaned(text: string): string {
  return text
    .replace(privateKey, '-----BEGIN $1-----***')
    .replace(authorization, '$1***')
    .replace(inUrl, '$1***@')
    .replace(assigned, '$1***');
}
