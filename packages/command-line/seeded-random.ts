/** Numbers that look random and are the same for the same seed. */

/** A bijection on 32-bit integers whose results for consecutive arguments look unrelated. */
export function mix(value: number): number {
  let x = value | 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}

/**
 * Returns a function. Each call of it returns a number that is at least 0 and less than 1. The same
 * seed gives the same numbers.
 */
export function createRandom(seed: number): () => number {
  let at = mix(seed);
  return () => mix(at = (at + 0x9e3779b9) | 0) / 2 ** 32;
}
