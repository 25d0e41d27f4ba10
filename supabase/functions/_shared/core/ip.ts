/**
 * IP addresses, the networks that contain them, and the keyed hash of the network that a request
 * came from.
 */
import type { Env } from "./env.ts";
import { keyedSha256 } from "./hash.ts";

const V4 = /^(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(\.(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}$/;
const V6_CHARACTERS = /^[0-9a-f:.]{2,45}$/i;
const GROUPS = 8;
/**
 * The first four groups of an IPv6 address are the network. One household or server owns the other
 * groups and may change them with each request.
 */
const NETWORK_GROUPS = 4;

/** Returns the eight groups of an IPv6 address without leading zeros; null for any other text. */
function groupsOf(text: string): string[] | null {
  if (!V6_CHARACTERS.test(text) || !URL.canParse(`http://[${text}]/`)) return null;
  const [head = "", tail] = new URL(`http://[${text}]/`).hostname.slice(1, -1).split("::");
  const left = head === "" ? [] : head.split(":");
  if (tail === undefined) return left;
  const right = tail === "" ? [] : tail.split(":");
  const zeros = Array.from({ length: GROUPS - left.length - right.length }, () => "0");
  return [...left, ...zeros, ...right];
}

function isMappedV4(groups: string[]): boolean {
  return groups.slice(0, 5).every((group) => group === "0") && groups[5] === "ffff";
}

function v4Of(groups: string[]): string {
  return groups.slice(6).flatMap((group) => {
    const value = parseInt(group, 16);
    return [value >> 8, value & 255];
  }).join(".");
}

/**
 * Returns an IPv4 address as it is, an IPv4-mapped IPv6 address as IPv4, and any other IPv6 address
 * as its /64 network. Returns null for any other text.
 */
export function networkOf(address: string): string | null {
  if (V4.test(address)) return address;
  const groups = groupsOf(address);
  if (groups === null) return null;
  return isMappedV4(groups) ? v4Of(groups) : `${groups.slice(0, NETWORK_GROUPS).join(":")}::/64`;
}

/**
 * Cloudflare sets this header in front of every Supabase project, and a caller can't set it.
 * X-Forwarded-For is never used, because it begins with text that the caller wrote.
 */
export const CLIENT_IP_HEADER = "cf-connecting-ip";

/**
 * Makes the function that hashes networks. The key is not in the database, so a reader of its
 * tables can't find an address by hashing all addresses.
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
