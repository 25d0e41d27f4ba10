/**
 * The Idempotency-Key header (draft-ietf-httpapi-idempotency-key-header-07) as the database wants it:
 * one hash for the scope of the key and one for what was asked under it.
 */
import { sha256 } from "../hash.ts";
import { ApiError } from "./errors.ts";

export interface Idempotency {
  /** The key as the caller sent it, unquoted. */
  readonly key: string;
  readonly args: {
    /** Hex SHA-256 over caller, route and key. */
    readonly p_idempotency_key: string;
    /** Hex SHA-256 over method, path and raw body. */
    readonly p_fingerprint: string;
  };
}

const KEY = /^[\x20-\x7e]{1,255}$/;

/** The header's value; the draft's quoted-string form counts as what is inside the quotes. */
export function readIdempotencyKey(headers: Headers): string {
  const given = headers.get("idempotency-key");
  if (given === null) throw new ApiError("missing_idempotency_key");
  const quoted = /^"(.*)"$/.exec(given);
  const key = quoted === null ? given : quoted[1]!.replace(/\\(["\\])/g, "$1");
  if (!KEY.test(key)) throw new ApiError("missing_idempotency_key", { field: "Idempotency-Key" });
  return key;
}

interface Asked {
  readonly scope: string;
  /** Method and pattern, for example `POST /credits/holds/:id/settle`. */
  readonly route: string;
  readonly method: string;
  readonly path: string;
  readonly body: Uint8Array;
}

export function idempotencyOf(key: string, asked: Asked): Idempotency {
  return {
    key,
    args: {
      p_idempotency_key: sha256(`${asked.scope}\n${asked.route}\n${key}`),
      p_fingerprint: sha256(`${asked.method}\n${asked.path}\n`, asked.body),
    },
  };
}
