/** The rights of restricted keys, with Stripe's own names, such as `rak_charge_read`. */
import { StripeApiError } from "../core/errors.ts";
import { masked } from "./api-keys.ts";

/** The beginnings of paths, each with the right that such a path needs. The first match applies. */
const RESOURCES: readonly (readonly [string, string])[] = [
  ["/v1/account_links", "account_link"],
  ["/v1/accounts", "connected_account"],
  ["/v1/application_fees", "application_fee"],
  ["/v1/balance_transactions", "balance_transaction_source"],
  ["/v1/balance", "balance"],
  ["/v1/charges", "charge"],
  ["/v1/checkout", "checkout_session"],
  ["/v1/customers", "customer"],
  ["/v1/disputes", "dispute"],
  ["/v1/events", "event"],
  ["/v1/payment_intents", "payment_intent"],
  ["/v1/payment_methods", "payment_method"],
  ["/v1/payouts", "payout"],
  ["/v1/prices", "plan"],
  ["/v1/products", "product"],
  ["/v1/radar", "charge"],
  ["/v1/refunds", "charge"],
  ["/v1/setup_intents", "setup_intent"],
  ["/v1/transfers", "transfer"],
  ["/v1/webhook_endpoints", "webhook"],
];

/** Throws Stripe's error if the key lacks the right that a request needs. */
export function requireRight(key: string, rights: readonly string[], request: Request): void {
  const { pathname } = new URL(request.url);
  const [, resource = "unknown"] = RESOURCES.find(([path]) => pathname.startsWith(path)) ?? [];
  const write = `${resource}_write`;
  const read = `${resource}_read`;
  const isRead = request.method === "GET";
  if (rights.includes(write) || isRead && rights.includes(read)) return;
  const message = `The provided key '${masked(key)}' does not have the required permissions for ` +
    `this endpoint on account 'acct_emulator'. Having the 'rak_${isRead ? read : write}' ` +
    "permission would allow this request to continue.";
  throw new StripeApiError(403, message);
}
