/**
 * Makes a client for Redis over HTTP, which is Upstash's interface. Commands that are issued in the
 * same turn of the event loop share one request.
 */
import { Redis } from "@upstash/redis";

export interface RedisAddress {
  readonly url: string;
  readonly token: string;
}

/**
 * The timeout of an HTTP request in ms. The resilience policy stops waiting earlier but leaves the connection
 * open; this timeout closes the connection.
 */
export const CONNECTION_MS = 1_000;

/** @throws UrlError or TypeError if the URL is invalid */
export function createRedis({ url, token }: RedisAddress): Redis {
  return new Redis({
    // The client refuses upper-case letters in a URL's scheme, which other clients accept.
    url: new URL(url).href,
    token,
    enableAutoPipelining: true,
    // With `retry: false` the client would still make two attempts, but the resilience policy must
    // count each attempt.
    retry: { retries: 0 },
    // This option is a function and not a plain signal: if a plain signal aborted, the client would
    // return the signal's reason as if it were Redis's response.
    signal: () => AbortSignal.timeout(CONNECTION_MS),
    enableTelemetry: false,
    // This code never writes a value in one region and then reads it at once in another.
    readYourWrites: false,
  });
}
