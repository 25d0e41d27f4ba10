/**
 * Turns the Idempotency-Key header (draft-ietf-httpapi-idempotency-key-header-07) into the two
 * hashes that the database stores: one for the key in its scope, and one for the request. On a
 * route where the header is optional, the content of a request without the header is its key
 * (docs/decisions/idempotency.md).
 */
import { sha256 } from "../../core/hash.ts";
import { ApiError } from "../../core/errors.ts";

/**
 * true: the route requires an Idempotency-Key. "optional": if a request has no key, its content is its key.
 * "offered": a request without a key is never treated as a repeat. false: the route ignores the header.
 */
export type IdempotencyMode = boolean | "optional" | "offered";

/**
 * A client repeats a lost request within ten minutes. Two requests with the same content in ten minutes are
 * rarely intended, so the second is treated as a repeat.
 */
export const CONTENT_KEY_SECONDS = 600;

export interface Idempotency {
  /** The key that the caller sent, without quotes; null if the content is the key. */
  readonly key: string | null;
  readonly args: {
    /** Hex SHA-256 of the caller, the route, and the key or the content. */
    readonly p_idempotency_key: string;
    /** Hex SHA-256 of the method, the path and the raw body, or of the content if it is the key. */
    readonly p_fingerprint: string;
    /** Seconds for which a content key is stored. A caller's own key is stored for 24 hours. */
    readonly p_kept_seconds?: number;
  };
}

/** The idempotency of a route that requires the header. */
export interface KeyedIdempotency extends Idempotency {
  readonly key: string;
}

/** The type of the idempotency that a handler gets, for each mode. */
export type IdempotencyOf<M extends IdempotencyMode> = M extends "optional" ? Idempotency
  : M extends "offered" ? KeyedIdempotency | null
  : M extends true ? KeyedIdempotency
  : null;

const KEY = /^[\x20-\x7e]{1,255}$/;
const QUOTED = /^"(?:[^"\\]|\\.)*"$/;

/**
 * Returns whether the value is one key. A key may contain a comma, but an unquoted key with a comma
 * and a blank looks like two joined headers.
 */
export function isOneKey(value: string): boolean {
  return QUOTED.test(value) || !(value.includes(", ") || value.includes('","'));
}

/**
 * Returns the header's value without the draft's quotes; null if the header is optional and absent.
 * An invalid header is refused even where the header is optional.
 * @throws ApiError `missing_idempotency_key`
 */
export function readIdempotencyKey(
  headers: Headers,
  mode: Exclude<IdempotencyMode, false>,
): string | null {
  const given = headers.get("idempotency-key");
  if (given === null && mode !== true) return null;
  if (given === null) throw new ApiError("missing_idempotency_key");
  const quoted = /^"(.*)"$/.exec(given);
  const key = quoted === null ? given : quoted[1]!.replace(/\\(["\\])/g, "$1");
  if (!KEY.test(key)) throw new ApiError("missing_idempotency_key", { field: "Idempotency-Key" });
  return key;
}

interface KeyedRequest {
  readonly scope: string;
  /**
   * The method, the function and the route's path, for example `post credits /holds/{id}/settle`.
   */
  readonly route: string;
  readonly method: string;
  readonly path: string;
  readonly body: Uint8Array;
  /**
   * The validated body. Its fields are in the schema's order, so the order and the blanks of the
   * sent text do not matter.
   */
  readonly value: unknown;
}

export function idempotencyOf(key: string | null, request: KeyedRequest): Idempotency {
  const { scope, route, method, path, body, value } = request;
  if (key === null) {
    // The content begins with a line break, so it never equals a caller's key.
    const content = `\n${method}\n${path}\n${JSON.stringify(value)}`;
    const p_idempotency_key = sha256(`${scope}\n${route}\n${content}`);
    const p_kept_seconds = CONTENT_KEY_SECONDS;
    return { key, args: { p_idempotency_key, p_fingerprint: sha256(content), p_kept_seconds } };
  }
  return {
    key,
    args: {
      p_idempotency_key: sha256(`${scope}\n${route}\n${key}`),
      p_fingerprint: sha256(`${method}\n${path}\n`, body),
    },
  };
}
