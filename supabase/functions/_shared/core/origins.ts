/**
 * The origins of our apps: browsers may call from them and be redirected to them. An entry of APP_ORIGINS is
 * an origin, or a host of the developer's own machine with any port (`http://localhost:*`), because dev
 * servers take the next free port.
 */
import { ApiError } from "./errors.ts";

/** Only a loopback host may leave its port open: on other hosts, other ports are other people's servers. */
export const ANY_LOOPBACK_PORT = /^(https?:\/\/(?:localhost|127\.0\.0\.1|\[::1\])):\*$/;

const PORT = /^(:[1-9]\d{0,4})?$/;

function covers(entry: string, origin: string): boolean {
  const host = ANY_LOOPBACK_PORT.exec(entry)?.[1];
  if (host === undefined) return entry === origin;
  return origin.startsWith(host) && PORT.test(origin.slice(host.length));
}

/** Compares letter by letter with what a browser sends, without a parser. */
export function isAllowedOrigin(origin: string, origins: readonly string[]): boolean {
  return origins.some((entry) => covers(entry, origin));
}

/** The first origin with a fixed port. @throws ApiError `not_ready` when there is none */
export function homeOf(origins: readonly string[]): string {
  const home = origins.find((entry) => !ANY_LOOPBACK_PORT.test(entry));
  if (home === undefined) {
    throw new ApiError("not_ready", { internal: "Environment incomplete: APP_ORIGINS" });
  }
  return home;
}
