/**
 * The origins of the app. A browser may call the API from these origins, and may be redirected only
 * to them. An entry of APP_ORIGINS is an origin, or a loopback host with any port
 * (`http://localhost:*`), because development servers take the next free port.
 */
import { ApiError } from "./errors.ts";

/**
 * Only a loopback host may have any port: on other hosts, another port may be someone else's
 * server.
 */
export const ANY_LOOPBACK_PORT = /^(https?:\/\/(?:localhost|127\.0\.0\.1|\[::1\])):\*$/;

const PORT = /^(:[1-9]\d{0,4})?$/;

function covers(entry: string, origin: string): boolean {
  const host = ANY_LOOPBACK_PORT.exec(entry)?.[1];
  if (host === undefined) return entry === origin;
  return origin.startsWith(host) && PORT.test(origin.slice(host.length));
}

/** Compares the browser's origin with each entry character by character, without a parser. */
export function isAllowedOrigin(origin: string, origins: readonly string[]): boolean {
  return origins.some((entry) => covers(entry, origin));
}

/** Returns the first origin with a fixed port. @throws ApiError `not_ready` if there is none */
export function homeOf(origins: readonly string[]): string {
  const home = origins.find((entry) => !ANY_LOOPBACK_PORT.test(entry));
  if (home === undefined) {
    throw new ApiError("not_ready", { internal: "Environment incomplete: APP_ORIGINS" });
  }
  return home;
}
