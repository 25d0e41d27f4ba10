/** Hex SHA-256, synchronous: the asynchronous form costs a trip through the event loop per call. */
import { createHash } from "node:crypto";

export function sha256(...parts: (string | Uint8Array)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}
