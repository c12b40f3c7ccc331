/** Which entries of the one list are also in the other, in the same order, as many as can be: their indexes there and here. */
export function longestCommon<A, B>(
  left: readonly A[],
  right: readonly B[],
  same: (one: A, other: B) => boolean,
): readonly (readonly [number, number])[] {
  const lengths = Array.from({ length: left.length + 1 }, () => new Array<number>(right.length + 1).fill(0));
  const at = (i: number, j: number): number => lengths[i]?.[j] ?? 0;
  for (const [i, one] of [...left.entries()].toReversed()) {
    for (const [j, other] of [...right.entries()].toReversed()) {
      const row = lengths[i] ?? [];
      row[j] = same(one, other) ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const pairs: (readonly [number, number])[] = [];
  let j = 0;
  for (const [i, one] of left.entries()) {
    // Leaving this one out costs nothing: a later one does as well.
    if (at(i + 1, j) >= at(i, j)) continue;
    while (j < right.length && at(i, j + 1) >= at(i, j)) j += 1;
    const other = right[j];
    if (other === undefined || !same(one, other)) continue;
    pairs.push([i, j]);
    j += 1;
  }
  return pairs;
}
