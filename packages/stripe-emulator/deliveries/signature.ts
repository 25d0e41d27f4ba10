const encoder = new TextEncoder();

/**
 * Returns the `Stripe-Signature` header of a payload: `t=<seconds>,v1=<hex>`, where v1 is the
 * HMAC-SHA-256 of `<seconds>.<payload>` with the endpoint's secret.
 */
export async function signatureHeader(
  payload: string,
  secret: string,
  seconds: number,
): Promise<string> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", encoder.encode(secret), algorithm, false, [
    "sign",
  ]);
  const content = encoder.encode(`${seconds}.${payload}`);
  const digest = new Uint8Array(await crypto.subtle.sign("HMAC", key, content));
  const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return `t=${seconds},v1=${hex}`;
}
