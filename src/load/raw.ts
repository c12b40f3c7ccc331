import { isObject } from '../model/json.ts';

/** Readers go on after errors of shape, to report all at once: these give what is there when it has the right kind. */

export function textOf(raw: unknown): string | undefined {
  return typeof raw === 'string' ? raw : undefined;
}

export function listOf(raw: unknown): readonly unknown[] {
  return Array.isArray(raw) ? (raw as readonly unknown[]) : [];
}

export function mappingOf(raw: unknown): Readonly<Record<string, unknown>> {
  return isObject(raw) ? raw : {};
}

export function choiceOf<const T extends string>(raw: unknown, choices: readonly T[], fallback: T): T {
  return choices.find((choice) => choice === raw) ?? fallback;
}
