import type Stripe from "stripe";
import { StripeApiError } from "../core/errors.ts";
import type { Scope } from "../store/scope.ts";
import { collection } from "../store/collection.ts";

/** Each has a time of creation, though Stripe's own type leaves it open. */
export type Account = Stripe.Account & { created: number };

export const accounts = collection<Account>("account");

/** The account of that id; Stripe does not say whether another's exists. */
export function requireAccount(scope: Scope, id: string): Account {
  const account = accounts.find(scope, id);
  if (account) return account;
  const message = `The provided key does not have access to account '${id}' ` +
    "(or that account does not exist). Application access may have been revoked.";
  throw new StripeApiError(403, message, { code: "account_invalid" });
}

/** What a link stands for; the last part of its URL is its id. */
export interface StoredLink {
  id: string;
  account: string;
  refresh_url: string;
  return_url: string;
  expires_at: number;
  opened: boolean;
}

export const accountLinks = collection<StoredLink>("account_link");
