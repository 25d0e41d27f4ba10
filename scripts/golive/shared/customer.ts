/**
 * The synthetic customer of a run. The password is derived from the address and the secret key, so
 * no file contains a password. A resumed run can therefore still sign in. A run with `--again` and
 * the same `--email` can sign in the same buyer.
 */
import { Buffer } from "node:buffer";
import type { AuthError } from "@supabase/supabase-js";
import type { Context } from "../command/context.ts";
import type { Project } from "../command/project.ts";
import type { Caller } from "./ask.ts";
import { clientOf } from "./supabase-client.ts";

export interface Customer {
  readonly id: string;
  /** The headers of the customer's requests. */
  readonly as: Caller;
}

async function passwordOf({ secretKey }: Project, email: string): Promise<string> {
  const bytes = new TextEncoder();
  const hmac = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", bytes.encode(secretKey), hmac, false, ["sign"]);
  const signed = await crypto.subtle.sign("HMAC", key, bytes.encode(email));
  return Buffer.from(signed).toString("base64url");
}

/**
 * Returns the error's status, code and message: `400 invalid_credentials …`. The message alone may
 * be empty.
 */
const wordsOf = ({ status, code, message }: AuthError): string =>
  `${[status, code].filter(Boolean).join(" ")} ${message}`.trim();

const addressOf = (run: string, part: string) => `golive-${part}-${run}@example.com`;

/**
 * Returns the error message for a customer whose account has a different password. The message does
 * not contain the email address, because the message becomes evidence in a signed report.
 */
const otherPassword = (isNamed: boolean): string =>
  isNamed
    ? "A user has the address in --email, and this run can't sign in as this user: name an address " +
      "that no user has, or set the SUPABASE_SECRET_KEY with which an earlier run made the user."
    : "The run's customer has another password: SUPABASE_SECRET_KEY has changed since the run " +
      "began. Begin anew with --again.";

/**
 * Signs in the run's customer of this name. The first call creates the customer's account in Auth.
 * @param email an address that can receive emails; by default an address at example.com, which
 *   receives no email
 */
export async function customerOf(
  { project, run }: Context,
  part: string,
  email: string = addressOf(run, part),
): Promise<Customer> {
  const { publishableKey, secretKey } = project;
  const password = await passwordOf(project, email);
  const anybody = clientOf(project, publishableKey);
  const signIn = () => anybody.auth.signInWithPassword({ email, password });
  let { data, error } = await signIn();
  // Only this error code can mean that the customer has no account yet. Any other refusal, such as
  // a rate limit, says nothing about that.
  if (error?.code === "invalid_credentials") {
    const { admin } = clientOf(project, secretKey).auth;
    const made = await admin.createUser({ email, password, email_confirm: true });
    if (made.error?.code === "email_exists") {
      throw new Error(otherPassword(email !== addressOf(run, part)));
    }
    if (made.error) {
      throw new Error(`Auth refuses to make the synthetic customer: ${wordsOf(made.error)}`);
    }
    ({ data, error } = await signIn());
  }
  if (error || !data.user || !data.session) {
    const words = error ? wordsOf(error) : "no session";
    throw new Error(`The synthetic customer can't sign in to Auth: ${words}`);
  }
  const { id } = data.user;
  return {
    id,
    as: { apikey: publishableKey, authorization: `Bearer ${data.session.access_token}` },
  };
}
