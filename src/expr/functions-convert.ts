import { parseDuration } from '../model/duration.ts';
import { type CelValue, Duration, Failure, nameOf, type Result, Timestamp } from './cel-value.ts';
import { inRange } from './operators.ts';
import { type CelFunction, overload } from './overload.ts';
import { any, boolean, double, integer, string } from './type.ts';

/** A scalar as text, as it stands inside longer text; `undefined` for lists, objects and secrets. */
export function scalarText(value: CelValue): string | undefined {
  switch (typeof value) {
    case 'string':
      return value;
    case 'boolean':
    case 'bigint':
    case 'number':
      return String(value);
    default:
      if (value instanceof Timestamp) return new Date(value.epochMs).toISOString();
      if (value instanceof Duration)
        return value.lengthMs % 1000 === 0 ? `${value.lengthMs / 1000}s` : `${value.lengthMs}ms`;
      return undefined;
  }
}

function toText(value: CelValue): Result {
  return scalarText(value) ?? new Failure(`string() does not work on ${nameOf(value)}`);
}

function parseInteger(text: string): Result {
  return /^[+-]?\d{1,19}$/.test(text)
    ? inRange(BigInt(text.replace('+', '')))
    : new Failure(`int(): ${quoted(text)} is no integer`);
}

function truncate(value: bigint | number): Result {
  if (typeof value === 'bigint') return value;
  return Number.isFinite(value) ? inRange(BigInt(Math.trunc(value))) : new Failure('int(): not a finite number');
}

function parseDouble(text: string): Result {
  const plain = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text);
  return plain ? Number(text) : new Failure(`double(): ${quoted(text)} is no number`);
}

function parseBoolean(text: string): Result {
  if (['true', 'True', 'TRUE', 't', '1'].includes(text)) return true;
  if (['false', 'False', 'FALSE', 'f', '0'].includes(text)) return false;
  return new Failure(`bool(): ${quoted(text)} is neither true nor false`);
}

function parseTimestamp(text: string): Result {
  const wellFormed = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)$/.test(text);
  const epochMs = wellFormed ? Date.parse(text) : Number.NaN;
  return Number.isNaN(epochMs)
    ? new Failure(`timestamp(): ${quoted(text)} is not like 2030-01-31T12:00:00Z`)
    : new Timestamp(epochMs);
}

function fromEpoch(seconds: bigint): Result {
  const limit = 253_402_300_799n;
  return seconds > limit || seconds < -limit
    ? new Failure('timestamp(): out of range')
    : new Timestamp(Number(seconds) * 1000);
}

function durationOf(text: string): Result {
  const lengthMs = parseDuration(text.replace(/^-/, ''));
  if (lengthMs === undefined) return new Failure(`duration(): ${quoted(text)} is not like 30s or 1h30m`);
  return new Duration(text.startsWith('-') ? -lengthMs : lengthMs);
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}

function wholes(unitMs: number) {
  return overload(['duration'], integer, (length) => BigInt(Math.trunc(length.lengthMs / unitMs)));
}

/** From one kind to another, and times. */
export const convertFunctions: Readonly<Record<string, CelFunction>> = {
  int: {
    style: 'call',
    overloads: [
      overload(['number'], integer, truncate),
      overload(['string'], integer, parseInteger),
      overload(['timestamp'], integer, (time) => BigInt(Math.trunc(time.epochMs / 1000))),
    ],
  },
  double: {
    style: 'call',
    overloads: [overload(['number'], double, (value) => Number(value)), overload(['string'], double, parseDouble)],
  },
  string: {
    style: 'call',
    overloads: (['string', 'number', 'bool', 'timestamp', 'duration'] as const).map((kind) =>
      overload([kind], string, toText),
    ),
  },
  bool: {
    style: 'call',
    overloads: [overload(['bool'], boolean, (value) => value), overload(['string'], boolean, parseBoolean)],
  },
  dyn: { style: 'call', overloads: [overload(['any'], any, (value) => value)] },
  timestamp: {
    style: 'call',
    overloads: [
      overload(['string'], { type: 'timestamp' }, parseTimestamp),
      overload(['int'], { type: 'timestamp' }, fromEpoch),
    ],
  },
  duration: { style: 'call', overloads: [overload(['string'], { type: 'duration' }, durationOf)] },
  getHours: { style: 'method', overloads: [wholes(3_600_000)] },
  getMinutes: { style: 'method', overloads: [wholes(60_000)] },
  getSeconds: { style: 'method', overloads: [wholes(1000)] },
};
