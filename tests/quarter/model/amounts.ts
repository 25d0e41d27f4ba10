/** Exact amounts: credits and USD are whole numbers of 10^-18, and money is whole minor units. */

export const UNIT = 10n ** 18n;

/** Reads a decimal such as 12.5. */
export function exact(text: string): bigint {
  const [, sign, whole, digits = ""] = /^(-?)(\d+)(?:\.(\d{1,18}))?$/.exec(text)!;
  const value = BigInt(whole!) * UNIT + BigInt(digits.padEnd(18, "0"));
  return sign === "-" ? -value : value;
}

/** Writes a decimal without trailing zeros. */
export function text(value: bigint): string {
  const size = value < 0n ? -value : value;
  const digits = (size % UNIT).toString().padStart(18, "0").replace(/0+$/, "");
  const whole = `${size / UNIT}${digits === "" ? "" : `.${digits}`}`;
  return value < 0n ? `-${whole}` : whole;
}

/** Returns a / b, rounded to this many decimals, half away from zero. Returns null if b is 0. */
export function ratio(a: bigint, b: bigint, decimals = 6): string | null {
  if (b === 0n) return null;
  const scale = 10n ** BigInt(decimals);
  const [top, bottom] = b < 0n ? [-a, -b] : [a, b];
  const size = top < 0n ? -top : top;
  const rounded = (2n * size * scale + bottom) / (2n * bottom);
  return text((top < 0n ? -rounded : rounded) * (UNIT / scale));
}

/** Returns a / b of two positive numbers, rounded half up. */
export const halfUp = (a: bigint, b: bigint): bigint => (2n * a + b) / (2n * b);

export const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
export const monthOf = (day: string): string => day.slice(0, 7);

/** Adds the amount to the sum under this key. */
export function add<K>(sums: Map<K, bigint>, key: K, amount: bigint): void {
  sums.set(key, (sums.get(key) ?? 0n) + amount);
}
