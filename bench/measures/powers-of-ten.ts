/**
 * The numbers of rows with which measures are made. All of them are powers of ten, and SMALLEST is
 * the smallest.
 */

export const SMALLEST = 1_000;

/** Returns the powers of ten from 10^3 up to `rows`. The smallest size is always included. */
export function sizesUpTo(rows: number): number[] {
  const sizes = [SMALLEST];
  while (sizes.at(-1)! * 10 <= rows) sizes.push(sizes.at(-1)! * 10);
  return sizes;
}

export const powerOf = (size: number) => `10^${Math.round(Math.log10(size))}`;
