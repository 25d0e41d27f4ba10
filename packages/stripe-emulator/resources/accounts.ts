import type Stripe from "stripe";
import { StripeApiError } from "../core/errors.ts";
import type { Scope } from "../store/scope.ts";
import { collection } from "../store/collection.ts";

/** An account whose creation time is required; Stripe's own type makes it optional. */
export type Account = Stripe.Account & { created: number };

export const accounts = collection<Account>("account");

/**
 * Returns the account with this id. As in Stripe, the error does not say whether the account exists
 * on a different platform.
 */
export function requireAccount(scope: Scope, id: string): Account {
  const account = accounts.find(scope, id);
  if (account) return account;
  const message = `The provided key does not have access to account '${id}' ` +
    "(or that account does not exist). Application access may have been revoked.";
  throw new StripeApiError(403, message, { code: "account_invalid" });
}

/** An account link. Its id is the last part of its URL. */
export interface StoredLink {
  id: string;
  account: string;
  refresh_url: string;
  return_url: string;
  expires_at: number;
  opened: boolean;
}

export const accountLinks = collection<StoredLink>("account_link");
