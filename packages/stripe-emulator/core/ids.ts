const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** Returns random letters and digits, like those in Stripe's ids. */
export function randomText(length: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(length));
  return Array.from(bytes, (byte) => ALPHABET[byte % ALPHABET.length]).join("");
}

/**
 * Returns an id in Stripe's format: `newId("pi")` returns `pi_` followed by 24 letters or digits.
 */
export function newId(prefix: string, length = 24): string {
  return `${prefix}_${randomText(length)}`;
}
