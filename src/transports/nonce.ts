import { randomFillSync } from 'node:crypto';

/** Asking for 16 bytes costs as much as asking for thousands. */
const pool = Buffer.alloc(4096);
let used = pool.length;

/** 128 fresh bits in hex: no host can foresee a marker made of it. */
export function freshNonce(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += 16;
  return pool.toString('hex', used - 16, used);
}
