/**
 * The project's own domain, `FARTHING_PUBLIC_URL`. Links use this domain. Tokens that Auth issued
 * at this domain or at `SUPABASE_URL` are accepted.
 */
import type { Env } from "./env.ts";

type Addresses = Pick<Env, "SUPABASE_URL" | "FARTHING_PUBLIC_URL">;

/** Returns the issuers (`iss`) of the tokens that are accepted. */
export function issuersOf({ SUPABASE_URL, FARTHING_PUBLIC_URL }: Addresses): string[] {
  const addresses = [SUPABASE_URL, FARTHING_PUBLIC_URL].filter((url) => url !== undefined);
  return addresses.map((url) => `${url}/auth/v1`);
}

export function functionsUrlOf({ SUPABASE_URL, FARTHING_PUBLIC_URL }: Addresses): string {
  return `${FARTHING_PUBLIC_URL ?? SUPABASE_URL}/functions/v1`;
}
