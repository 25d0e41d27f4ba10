/**
 * The Idempotency-Key header (draft-ietf-httpapi-idempotency-key-header-07) as the database wants it:
 * one hash for the scope of the key and one for the request under it. Where a route makes the header
 * optional, the content is the key of a request without it (docs/decisions/idempotency.md).
 */
import { sha256 } from "../../core/hash.ts";
import { ApiError } from "../../core/errors.ts";

/** Whether a route takes an Idempotency-Key, and whether a request may come without one. */
export type IdempotencyMode = boolean | "optional";

/** Repeats after a lost answer come within this time; the same content is rarely meant twice in it. */
export const CONTENT_KEY_SECONDS = 600;

export interface Idempotency {
  /** The key as the caller sent it, unquoted; null where the content is the key. */
  readonly key: string | null;
  readonly args: {
    /** Hex SHA-256 over caller, route and key. */
    readonly p_idempotency_key: string;
    /** Hex SHA-256 over method, path and raw body. */
    readonly p_fingerprint: string;
    /** How long a key that is the content is remembered; a key of the caller's is for 24 hours. */
    readonly p_kept_seconds?: number;
  };
}

/** Of a route that demands the header. */
export interface KeyedIdempotency extends Idempotency {
  readonly key: string;
}

/** The handler's type under each mode. */
export type IdempotencyOf<M extends IdempotencyMode> = M extends "optional" ? Idempotency
  : M extends true ? KeyedIdempotency
  : null;

const KEY = /^[\x20-\x7e]{1,255}$/;

/**
 * The header's value; the draft's quoted-string form counts as what is inside the quotes. Null without the
 * header where it is optional: one that is present and bad is refused all the same.
 * @throws ApiError `missing_idempotency_key`
 */
export function readIdempotencyKey(headers: Headers, mode: true | "optional"): string | null {
  const given = headers.get("idempotency-key");
  if (given === null && mode === "optional") return null;
  if (given === null) throw new ApiError("missing_idempotency_key");
  const quoted = /^"(.*)"$/.exec(given);
  const key = quoted === null ? given : quoted[1]!.replace(/\\(["\\])/g, "$1");
  if (!KEY.test(key)) throw new ApiError("missing_idempotency_key", { field: "Idempotency-Key" });
  return key;
}

interface KeyedRequest {
  readonly scope: string;
  /** Method and pattern, for example `POST /credits/holds/:id/settle`. */
  readonly route: string;
  readonly method: string;
  readonly path: string;
  readonly body: Uint8Array;
  /** The body as validated: its fields in the schema's order, whatever order and blanks they came with. */
  readonly value: unknown;
}

export function idempotencyOf(key: string | null, request: KeyedRequest): Idempotency {
  const { scope, route, method, path, body, value } = request;
  if (key === null) {
    // No key of a caller's begins with a line break.
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
