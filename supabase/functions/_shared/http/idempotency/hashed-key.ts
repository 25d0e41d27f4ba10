/**
 * Hashes an idempotency key, which is the Idempotency-Key header or the request's content. The
 * database stores two hashes: one of the key together with the caller and the route, and one of the
 * request.
 */
import { sha256 } from "../../core/hash.ts";
import { CONTENT_KEY_SECONDS, contentKeyOf, type RequestContent } from "./content-key.ts";

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
    /**
     * How long the key is stored, in seconds. Set only for a key that is computed from the
     * request's content; a caller's own key is stored for 24 hours.
     */
    readonly p_kept_seconds?: number;
  };
}

interface KeyedRequest extends RequestContent {
  readonly scope: string;
  /**
   * The method, the Edge Function and the route's path, as in
   * `post credits /holds/{id}/settle`.
   */
  readonly route: string;
  readonly body: Uint8Array;
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
