import { timingSafeEqual } from "node:crypto";
import { StripeApiError } from "../core/errors.ts";

/**
 * Checks that a request has one of the API keys, as a Bearer token or as the user name of Basic
 * authentication. A key of the other mode (test or live) gets the error of an unknown key, because
 * each mode has an emulator of its own.
 * @returns the key
 */
export function authenticate(header: string | null, keys: readonly string[]): string {
  const given = readKey(header);
  if (given === undefined) {
    throw new StripeApiError(
      401,
      "The request has no API key. Send the secret key as 'Authorization: Bearer sk_…'.",
    );
  }
  if (given.startsWith("pk_")) {
    const fields = { code: "secret_key_required" };
    throw new StripeApiError(401, "A publishable key was sent; send the secret key.", fields);
  }
  if (!keys.some((key) => equal(given, key))) {
    throw new StripeApiError(401, `Invalid API Key provided: ${masked(given)}`);
  }
  return given;
}

function readKey(header: string | null): string | undefined {
  const [scheme = "", value = ""] = header?.trim().split(/\s+/) ?? [];
  if (scheme.toLowerCase() === "bearer") return value || undefined;
  if (scheme.toLowerCase() !== "basic") return undefined;
  try {
    return atob(value).split(":")[0] || undefined;
  } catch {
    return undefined;
  }
}

export function masked(key: string): string {
  return key.length < 12 ? "****" : `${key.slice(0, 8)}****${key.slice(-4)}`;
}

function equal(left: string, right: string): boolean {
  const [a, b] = [left, right].map((value) => new TextEncoder().encode(value));
  return a !== undefined && b !== undefined && a.length === b.length && timingSafeEqual(a, b);
}
