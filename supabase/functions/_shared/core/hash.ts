/**
 * SHA-256 hashes as hex digits. The functions are synchronous, because the asynchronous form costs
 * a turn of the event loop for each call.
 */
import { createHash, createHmac } from "node:crypto";

export function sha256(...parts: (string | Uint8Array)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}

/**
 * Returns the HMAC-SHA-256 of a text as hex digits. Without the key, nobody can find the text by
 * hashing all possible texts.
 */
export function keyedSha256(key: string, text: string): string {
  return createHmac("sha256", key).update(text).digest("hex");
}
