/**
 * The synthetic customer of a run. The password is derived from the address and the secret key, so
 * that a run that was killed signs in again, `--again` knows the buyer of `--email`, and no file holds
 * a password.
 */
import { Buffer } from "node:buffer";
import { createClient } from "@supabase/supabase-js";
import type { Context } from "../command/context.ts";
import type { Project } from "../command/project.ts";
import type { Caller } from "./ask.ts";
import { directFetch } from "./direct-fetch.ts";

export interface Customer {
  readonly id: string;
  /** The headers of the customer's requests. */
  readonly as: Caller;
}

const QUIET = {
  auth: { persistSession: false, autoRefreshToken: false },
  global: { fetch: directFetch },
};

async function passwordOf({ secretKey }: Project, email: string): Promise<string> {
  const bytes = new TextEncoder();
  const hmac = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", bytes.encode(secretKey), hmac, false, ["sign"]);
  const signed = await crypto.subtle.sign("HMAC", key, bytes.encode(email));
  return Buffer.from(signed).toString("base64url");
}

const addressOf = (run: string, part: string) => `golive-${part}-${run}@example.com`;

/**
 * Returns the run's customer of this name, signed in. Their account is made by the first call.
 * @param email an address that can receive emails; by default one of example.com, which cannot
 */
export async function customerOf(
  { project, run }: Context,
  part: string,
  email: string = addressOf(run, part),
): Promise<Customer> {
  const { url, publishableKey, secretKey } = project;
  const password = await passwordOf(project, email);
  const anybody = createClient(url, publishableKey, QUIET);
  const signIn = () => anybody.auth.signInWithPassword({ email, password });
  let { data, error } = await signIn();
  if (error) {
    const { admin } = createClient(url, secretKey, QUIET).auth;
    const made = await admin.createUser({ email, password, email_confirm: true });
    if (made.error?.code === "email_exists") {
      throw new Error(
        `Auth knows ${email} as a user of the app: name an address that it does not know.`,
      );
    }
    if (made.error) throw new Error(`Auth refuses the synthetic customer: ${made.error.message}`);
    ({ data, error } = await signIn());
  }
  if (error || !data.user || !data.session) {
    throw new Error(`Auth refuses the sign-in of the synthetic customer: ${error?.message}`);
  }
  const { id } = data.user;
  return {
    id,
    as: { apikey: publishableKey, authorization: `Bearer ${data.session.access_token}` },
  };
}
