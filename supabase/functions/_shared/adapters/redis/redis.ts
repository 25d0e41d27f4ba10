/**
 * Makes the client of Redis over HTTP, as Upstash offers it. The commands of one turn go in one
 * request.
 */
import { Redis } from "@upstash/redis";

export interface RedisAddress {
  readonly url: string;
  readonly token: string;
}

/**
 * The timeout of a connection in ms. The resilience policy ends a call earlier and leaves its
 * connection open; this timeout closes the connection.
 */
export const CONNECTION_MS = 1_000;

/** @throws UrlError or TypeError if the URL is invalid */
export function createRedis({ url, token }: RedisAddress): Redis {
  return new Redis({
    // The client refuses capitals in a scheme, which other clients accept.
    url: new URL(url).href,
    token,
    enableAutoPipelining: true,
    // With `retry: false` the client still makes two attempts. The resilience policy must count
    // each attempt.
    retry: { retries: 0 },
    // A function and not a signal: when a plain signal aborts, the client returns the signal's
    // reason as the answer.
    signal: () => AbortSignal.timeout(CONNECTION_MS),
    enableTelemetry: false,
    // This code never reads a value that it has just written in another region.
    readYourWrites: false,
  });
}
