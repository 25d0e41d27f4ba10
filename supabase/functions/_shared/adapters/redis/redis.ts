/** Redis over HTTP, as Upstash serves it. What is asked in one turn goes in one request. */
import { Redis } from "@upstash/redis";

export interface RedisAddress {
  readonly url: string;
  readonly token: string;
}

/**
 * Whoever asks gives up earlier, by the guard's clock; this frees the connection that nobody waits for any
 * more.
 */
export const CONNECTION_MS = 1_000;

/** @throws UrlError or TypeError when the address is no address */
export function createRedis({ url, token }: RedisAddress): Redis {
  return new Redis({
    // As every other client reads it: in capitals it is the same address.
    url: new URL(url).href,
    token,
    enableAutoPipelining: true,
    // `retry: false` still tries twice; the guard counts tries, and there is one.
    retry: { retries: 0 },
    // A function: of a plain signal the client makes an answer out of the reason for its abort.
    signal: () => AbortSignal.timeout(CONNECTION_MS),
    enableTelemetry: false,
    // Nothing here reads what it has just written to another region.
    readYourWrites: false,
  });
}
