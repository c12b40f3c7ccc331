import { isMap, isScalar, isSeq, type ParsedNode, type Scalar, type YAMLMap } from 'yaml';
import type { Diagnostic } from '../model/diagnostic.ts';
import { makeDiagnostic, rangeAt, type Source } from './source.ts';

const reservedKeys: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * A node as plain data. Keys become strings as they are written. What plain data cannot carry is added to `diagnostics`:
 * duplicate, reserved, complex and merge keys, numbers that JavaScript would round, control characters from escapes.
 */
export function readNode(source: Source, node: ParsedNode | null, diagnostics: Diagnostic[]): unknown {
  if (isSeq(node)) return node.items.map((item) => readNode(source, item as ParsedNode, diagnostics));
  if (isMap(node)) return readMap(source, node as YAMLMap.Parsed, diagnostics);
  if (!isScalar(node)) return null;
  return readScalar(source, node as Scalar.Parsed, diagnostics);
}

function readMap(source: Source, map: YAMLMap.Parsed, diagnostics: Diagnostic[]): unknown {
  const value: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  const seen = new Map<string, ParsedNode>();
  for (const { key, value: member } of map.items) {
    const name = readKey(source, key, map, diagnostics);
    if (name === undefined) continue;
    const first = seen.get(name);
    if (first === undefined) {
      seen.set(name, key);
      value[name] = readNode(source, member, diagnostics);
    } else {
      const { line, col } = rangeAt(source, first.range[0], first.range[1]);
      const message = `the key ${JSON.stringify(name)} stands here twice; the first is at ${line}:${col}`;
      diagnostics.push(makeDiagnostic(source, 'yaml/duplicate-key', key.range[0], key.range[1], message));
    }
  }
  return value;
}

function readKey(
  source: Source,
  key: ParsedNode | null,
  map: YAMLMap.Parsed,
  diagnostics: Diagnostic[],
): string | undefined {
  const [start, end] = key?.range ?? map.range;
  const refuse = (code: string, message: string, help?: string): undefined => {
    diagnostics.push(makeDiagnostic(source, code, start, Math.max(end, start + 1), message, help));
  };
  if (isMap(key) && map.flow === true) {
    const inner = source.text.slice(start, end).slice(1, -1).trim();
    return refuse('ansible/braces', '`{{ }}` is not interpolated', `write "\${{ ${inner} }}"`);
  }
  if (!isScalar(key) || key.source === '') {
    return refuse('yaml/complex-key', 'a key must be a plain word or a string', 'in a value, quote it: "[a]: b"');
  }
  const name = typeof key.value === 'string' ? key.value : (key.source ?? String(key.value));
  if (name === '<<') {
    return refuse(
      'yaml/merge-key',
      'merge keys (<<) are not part of the language',
      'write the keys out where they are needed',
    );
  }
  if (reservedKeys.has(name)) return refuse('yaml/reserved-key', `the key ${name} is reserved`, 'use another name');
  if (unsafeText(name)) return refuse('yaml/control-character', 'a control character in a key');
  return name;
}

function readScalar(source: Source, node: Scalar.Parsed, diagnostics: Diagnostic[]): unknown {
  const { value } = node;
  const [start, end] = node.range;
  if (typeof value === 'string' && unsafeText(value)) {
    const message = 'the string holds a control character';
    diagnostics.push(
      makeDiagnostic(source, 'yaml/control-character', start, end, message, 'only tab and line ends are allowed'),
    );
  }
  if (
    typeof value === 'number' &&
    (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value)))
  ) {
    const message = `${node.source ?? 'this number'} is more than a number can hold exactly`;
    diagnostics.push(
      makeDiagnostic(
        source,
        'yaml/number',
        start,
        end,
        message,
        `if it is meant as text, quote it: "${node.source ?? ''}"`,
      ),
    );
  }
  return value;
}

/** Control characters but tab and line ends, and halves of surrogate pairs, which no UTF-8 can carry. */
function unsafeText(text: string): boolean {
  return /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]|\p{Surrogate}/u.test(text);
}
