/** IP addresses, and the networks that contain them. */

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
