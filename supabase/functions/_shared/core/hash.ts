/** SHA-256 in hex, synchronous: the asynchronous form costs a trip through the event loop per call. */
import { createHash, createHmac } from "node:crypto";

export function sha256(...parts: (string | Uint8Array)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}

/** HMAC-SHA-256 in hex. Without the key, the text can't be found by trying all possible texts. */
export function keyedSha256(key: string, text: string): string {
  return createHmac("sha256", key).update(text).digest("hex");
}
