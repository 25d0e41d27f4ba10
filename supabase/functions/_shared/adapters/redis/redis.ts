/** Redis over HTTP, as Upstash serves it. The commands of one turn go in one request. */
import { Redis } from "@upstash/redis";

export interface RedisAddress {
  readonly url: string;
  readonly token: string;
}

/**
 * Callers give up earlier, by the guard's timeout. This one closes the connection that no caller waits for
 * any more.
 */
export const CONNECTION_MS = 1_000;

/** @throws UrlError or TypeError when the URL is invalid */
export function createRedis({ url, token }: RedisAddress): Redis {
  return new Redis({
    // As other clients read it: an address in capitals is the same address.
    url: new URL(url).href,
    token,
    enableAutoPipelining: true,
    // `retry: false` still makes two attempts; the guard counts attempts, and there is one.
    retry: { retries: 0 },
    // A function: with a plain signal the client makes an answer of the reason for its abort.
    signal: () => AbortSignal.timeout(CONNECTION_MS),
    enableTelemetry: false,
    // No code here reads what it has just written to another region.
    readYourWrites: false,
  });
}
