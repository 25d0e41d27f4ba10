/** Credits as whole numbers of 10^-18, so that an amount is rounded only where a rule says so. */

/** One credit. */
const ONE = 10n ** 18n;

export function toUnits(text: string): bigint {
  const match = /^(-?)(\d+)(?:\.(\d{1,18}))?$/.exec(text);
  if (!match) throw new Error(`"${text}" is not an amount of credits`);
  const [, sign, whole, fraction = ""] = match;
  const units = BigInt(whole!) * ONE + BigInt(fraction.padEnd(18, "0"));
  return sign ? -units : units;
}

/** Returns an amount in the API's format: no trailing zeros and no exponent. */
export function toText(units: bigint): string {
  const size = units < 0n ? -units : units;
  const fraction = String(size % ONE).padStart(18, "0").replace(/0+$/, "");
  return `${units < 0n ? "-" : ""}${size / ONE}${fraction && `.${fraction}`}`;
}

export function least(first: bigint, ...more: bigint[]): bigint {
  return more.reduce((a, b) => a < b ? a : b, first);
}

export function sum(units: readonly bigint[]): bigint {
  return units.reduce((a, b) => a + b, 0n);
}
