import { randomBytes } from 'node:crypto';

/** 128 fresh bits in hex: no host can foresee a marker made of it. */
export function freshNonce(): string {
  return randomBytes(16).toString('hex');
}
