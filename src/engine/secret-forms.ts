import { shortestRedacted } from '../model/secret.ts';

export { shortestRedacted };

/**
 * The ways in which a secret, or one of its lines, may show itself: as it is, quoted for a shell, in JSON, in a URL, in base64 at
 * whatever place of a longer text, in hex. None is shorter than {@link shortestRedacted}.
 */
export function formsOf(secret: string): readonly string[] {
  const lines = secret.split(/\r?\n/).flatMap((line) => (line === secret ? [] : [line, line.trim()]));
  const clear = [...new Set([secret, ...lines])].filter((text) => text.length >= shortestRedacted);
  const forms = clear.flatMap((text) => [
    text,
    ...shellForms(text),
    ...jsonForms(text),
    ...urlForms(text),
    ...base64Forms(text),
    ...hexForms(text),
  ]);
  return [...new Set(forms)].filter((form) => form.length >= shortestRedacted);
}

/** Inside '…' as we, bash and dash write it; inside "…"; as `printf %q` does; inside $'…'. */
function shellForms(text: string): readonly string[] {
  return [
    text.replaceAll("'", "'\\''"),
    text.replaceAll("'", `'"'"'`),
    text.replace(/["$`\\]/g, '\\$&'),
    text.replace(/[^\w@%+=:,./\u0080-\uffff-]/g, '\\$&'),
    text.replace(/['\\]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\t', '\\t'),
  ];
}

/** As JavaScript writes it; without any character beyond ASCII, as Python does; with `\/`, as PHP does. */
function jsonForms(text: string): readonly string[] {
  const json = JSON.stringify(text).slice(1, -1);
  const ascii = json.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return [json, ascii, json.replaceAll('/', '\\/')];
}

/** Of a path, of a form, strictly by RFC 3986, with `/` left as Python does; also with small digits, as some write them. */
function urlForms(text: string): readonly string[] {
  const path = encodeURIComponent(wellFormed(text));
  const strict = path.replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
  const form = new URLSearchParams({ '': text }).toString().slice(1);
  const forms = [path, strict, form, strict.replaceAll('%20', '+'), strict.replaceAll('%2F', '/')];
  return forms.flatMap((each) => [each, each.replace(/%[0-9A-F]{2}/g, (byte) => byte.toLowerCase())]);
}

/**
 * What of its base64 is the same whatever stands before and behind it: a text begins at the first, second or third byte of a
 * group of three. Both alphabets; also whole, with what fills it up.
 */
export function base64Forms(text: string): readonly string[] {
  const bytes = Buffer.from(text);
  const cores = [0, 1, 2].map((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    return encoded.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
  });
  return [bytes.toString('base64'), ...cores].flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_')]);
}

function hexForms(text: string): readonly string[] {
  const hex = Buffer.from(text).toString('hex');
  return [hex, hex.toUpperCase()];
}

/** Without halves of surrogate pairs, which no URL can hold. */
function wellFormed(text: string): string {
  return Buffer.from(text).toString('utf8');
}
