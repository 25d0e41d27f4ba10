/**
 * Makes the idempotency keys and the accounts of the calls. The same seed gives the same keys and
 * accounts.
 */
import { mix } from "@farthing/command-line";

const HEX = new TextEncoder().encode("0123456789abcdef");
const WORDS = 8;
export const KEY_LENGTH = WORDS * 8;

/**
 * Writes the 64 hex digits of key number `index` of a seed. Different numbers have different keys.
 */
export function writeKey(into: Uint8Array, at: number, seed: number, index: number): void {
  for (let word = 0; word < WORDS; word++) {
    let bits = mix(index + mix(seed * WORDS + word));
    for (let digit = 0; digit < 8; digit++) {
      into[at + word * 8 + digit] = HEX[bits & 15]!;
      bits >>>= 4;
    }
  }
}

/** Returns the key that writeKey writes, as text. */
export function keyText(seed: number, index: number): string {
  const bytes = new Uint8Array(KEY_LENGTH);
  writeKey(bytes, 0, seed, index);
  return new TextDecoder().decode(bytes);
}

/**
 * How an arm chooses accounts: all equally often (uniform), a few of them most of the time, as real
 * traffic does (zipf), or always the same one (hot).
 */
export type Spread = "uniform" | "zipf" | "hot";

/**
 * The exponent of the Zipf distribution, the same as in the benchmark YCSB. The busiest of 10,000
 * accounts gets a tenth of the calls.
 */
const ZIPF_EXPONENT = 0.99;

/** Returns a function that draws account numbers from 0 to `count - 1`. */
export function createDraw(spread: Spread, count: number, random: () => number): () => number {
  if (spread === "hot") return () => 0;
  if (spread === "uniform") return () => Math.floor(random() * count);
  const reached = new Float64Array(count);
  let sum = 0;
  for (let rank = 0; rank < count; rank++) {
    sum += 1 / (rank + 1) ** ZIPF_EXPONENT;
    reached[rank] = sum;
  }
  return () => {
    const target = random() * sum;
    let low = 0;
    let high = count - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (reached[middle]! < target) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}
