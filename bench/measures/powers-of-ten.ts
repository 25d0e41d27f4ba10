/** The sizes at which one thing is measured again: powers of ten. */

export const SMALLEST = 1_000;

/** From 10^3 on, none above `rows`; the smallest always. */
export function sizesUpTo(rows: number): number[] {
  const sizes = [SMALLEST];
  while (sizes.at(-1)! * 10 <= rows) sizes.push(sizes.at(-1)! * 10);
  return sizes;
}

export const powerOf = (size: number) => `10^${Math.round(Math.log10(size))}`;
