/** The keyed hash of the network that a request came from. Its key is IP_HASH_KEY. */
import type { Env } from "./env.ts";
import { keyedSha256 } from "./hash.ts";
import { networkOf } from "./ip-networks.ts";

/**
 * Cloudflare sets this header in front of every Supabase project, and a caller can't set it.
 * X-Forwarded-For is never used, because it begins with text that the caller wrote.
 */
export const CLIENT_IP_HEADER = "cf-connecting-ip";

/**
 * Makes the function that hashes networks. The key is not in the database, so a reader of the
 * database's tables can't find an address by hashing all addresses.
 */
export function ipHashFrom(
  env: Pick<Env, "IP_HASH_KEY" | "SUPABASE_SECRET_KEYS">,
): (network: string) => string {
  const keys = env.SUPABASE_SECRET_KEYS;
  const key = env.IP_HASH_KEY ?? keys.default ?? Object.values(keys)[0]!;
  return (network) => keyedSha256(key, `ip ${network}`);
}

interface Hasher {
  readonly hashIp: (network: string) => string;
}

/**
 * Returns the keyed hash of the caller's network; undefined if the address is unknown. The database
 * receives this hash and never the address.
 */
export function clientIpHash(headers: Headers, { hashIp }: Hasher): string | undefined {
  const network = networkOf(headers.get(CLIENT_IP_HEADER)?.trim() ?? "");
  return network === null ? undefined : hashIp(network);
}
