/** Reads the Idempotency-Key header (draft-ietf-httpapi-idempotency-key-header-07). */
import { ApiError } from "../../core/errors.ts";
import type { IdempotencyMode } from "./mode.ts";

const KEY = /^[\x20-\x7e]{1,255}$/;
const QUOTED = /^"(?:[^"\\]|\\.)*"$/;

/**
 * Returns whether the value is one key. A key may contain a comma, but an unquoted key with a comma
 * and a space looks like two joined headers.
 */
export function isOneKey(value: string): boolean {
  return QUOTED.test(value) || !(value.includes(", ") || value.includes('","'));
}

/**
 * Returns the header's value without the quotes that the draft requires. Returns null if the route
 * ignores the header, or if the header is optional and absent. An invalid header is refused even
 * where the header is optional.
 * @throws ApiError `missing_idempotency_key`
 */
export function readIdempotencyKey(
  headers: Headers,
  mode: IdempotencyMode,
): string | null {
  if (mode === false) return null;
  const given = headers.get("idempotency-key");
  if (given === null && mode !== true) return null;
  if (given === null) throw new ApiError("missing_idempotency_key");
  const quoted = /^"(.*)"$/.exec(given);
  const key = quoted === null ? given : quoted[1]!.replace(/\\(["\\])/g, "$1");
  if (!KEY.test(key)) throw new ApiError("missing_idempotency_key", { field: "Idempotency-Key" });
  return key;
}
