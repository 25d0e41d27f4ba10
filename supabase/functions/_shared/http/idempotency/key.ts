/**
 * Turns a key, which is the Idempotency-Key header or the request's content, into the two hashes
 * that the database stores: one for the key in its scope, and one for the request.
 */
import { sha256 } from "../../core/hash.ts";
import { CONTENT_KEY_SECONDS, contentKeyOf, type RequestContent } from "./content-key.ts";

/**
 * true: the route requires an Idempotency-Key. "optional": if a request has no key, its content is its key.
 * "offered": a request without a key is never treated as a repeat. false: the route ignores the header.
 */
export type IdempotencyMode = boolean | "optional" | "offered";

export interface Idempotency {
  /** The key that the caller sent, without quotes; null if the content is the key. */
  readonly key: string | null;
  readonly args: {
    /** Hex SHA-256 of the caller, the route, and the key or the content. */
    readonly p_idempotency_key: string;
    /**
     * Hex SHA-256 of the method, path and raw body; or of the content, if the content is the key.
     */
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

interface KeyedRequest extends RequestContent {
  readonly scope: string;
  /**
   * The method, the function and the route's path, for example `post credits /holds/{id}/settle`.
   */
  readonly route: string;
  readonly body: Uint8Array;
}

/**
 * Returns whether a later request can be a repeat of this one. In the mode "offered", a request
 * without a key has no repeats.
 */
export function canRepeat(mode: IdempotencyMode, key: string | null): boolean {
  return mode === "offered" ? key !== null : mode !== false;
}

export function idempotencyOf(key: string | null, request: KeyedRequest): Idempotency {
  const { scope, route, method, path, body } = request;
  if (key === null) {
    const content = contentKeyOf(request);
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
