/**
 * Where a request came from, as the platform's edge saw it. Cloudflare stands before every address of a
 * Supabase project and sets this header itself; a caller cannot. X-Forwarded-For begins with whatever the
 * caller wrote, so nothing here falls back to it: no header, no address.
 */
import { networkOf } from "../../core/ip.ts";
import type { Services } from "../app-services.ts";

export const CLIENT_IP_HEADER = "cf-connecting-ip";

/** The caller's network as the database may know it: a keyed hash. Absent where nobody can tell. */
export function clientIpHash(headers: Headers, services: Services): string | undefined {
  const network = networkOf(headers.get(CLIENT_IP_HEADER)?.trim() ?? "");
  return network === null ? undefined : services.hashIp(network);
}
