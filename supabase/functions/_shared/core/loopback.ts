/**
 * Recognises loopback addresses. A live key is only ever sent to Stripe, or to an emulator at such
 * an address.
 */

/**
 * Matches only the plain spelling of an address without a path. A parser accepts many other
 * spellings, such as `http://2130706433`, `http://127.1` or `http://localhost@evil.com`, and two
 * parsers may read the same spelling as different addresses.
 */
const LOOPBACK = /^https?:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::[1-9]\d{0,4})?\/?$/;

/** Returns true if all given addresses belong to this machine. Undefined addresses are ignored. */
export function areLoopback(addresses: readonly (string | undefined)[]): boolean {
  return addresses.every((address) => address === undefined || LOOPBACK.test(address));
}
