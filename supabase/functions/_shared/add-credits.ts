/** Adds credits as text, exactly: a JavaScript number holds no 18 decimals. */
const DECIMALS = 18;

function toUnits(amount: string): bigint {
  const [whole = "0", fraction = ""] = amount.split(".");
  return BigInt(whole + fraction.padEnd(DECIMALS, "0"));
}

/** The sum of amounts of zero or more, as decimal text without zeros at its end. */
export function addCredits(amounts: readonly string[]): string {
  const units = amounts.reduce((sum, amount) => sum + toUnits(amount), 0n);
  const digits = String(units).padStart(DECIMALS + 1, "0");
  const fraction = digits.slice(-DECIMALS).replace(/0+$/, "");
  return digits.slice(0, -DECIMALS) + (fraction === "" ? "" : `.${fraction}`);
}
