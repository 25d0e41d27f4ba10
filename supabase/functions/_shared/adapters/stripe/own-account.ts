/**
 * Distinguishes a missing object from a wrong key. With a key of a different account or a different
 * mode (test or live), Stripe answers `resource_missing` for every object.
 */
import type { StripeCaller } from "./client.ts";
import { OtherStripeAccount, StripeRefused } from "./error-classes.ts";
import { requireObject } from "./failures.ts";

export function isMissing(error: unknown): error is StripeRefused {
  return error instanceof StripeRefused && error.stripeCode === "resource_missing";
}

/**
 * Checks that the Stripe account has the given customer, which this installation made. Stripe
 * returns even a deleted customer.
 * @throws OtherStripeAccount if the account has no such customer; otherwise ApiError `upstream_unavailable`
 */
export async function requireOwnAccount(
  { call }: StripeCaller,
  customerId: string,
): Promise<void> {
  try {
    requireObject(await call((stripe) => stripe.customers.retrieve(customerId)), "customer");
  } catch (error) {
    throw isMissing(error) ? new OtherStripeAccount(customerId, error) : error;
  }
}
