/**
 * Reads the facts of an event in any API version. A delivered event has the API version of its
 * endpoint, and a listed event has the API version of the account. The fields depend on the
 * version: for example, a payment in a version of 2020 has no `latest_charge`. So if an event's
 * version differs from the SDK's, the event's object is fetched again
 * (docs/decisions/stripe-events.md).
 */
import type Stripe from "stripe";
import { type Metrics, NO_METRICS } from "../../metrics/metrics.ts";
import { API_VERSION, type StripeCaller } from "./client.ts";
import { requireObject } from "./failures.ts";
import { CONNECTED_EVENT_TYPES, factsOf, isUsed } from "./stored-facts.ts";
import type { Facts } from "../../contracts/stripe/event-facts.ts";
import { StripeRefused } from "./error-classes.ts";

/**
 * @throws ApiError `upstream_unavailable` if Stripe is unavailable: the event must be delivered
 *   again
 */
export type FactsReader = (event: Stripe.Event) => Promise<Facts>;

function isForeign({ account, type }: Stripe.Event): boolean {
  return typeof account === "string" && !CONNECTED_EVENT_TYPES.some((each) => each === type);
}

type Retrieve = (stripe: Stripe, id: string) => Promise<{ object: string; id: string }>;

/** Fetches an object again, by its type. The types have the same names in every API version. */
const RETRIEVE: Readonly<Record<string, Retrieve>> = {
  "account": (stripe, id) => stripe.accounts.retrieve(id),
  "application_fee": (stripe, id) => stripe.applicationFees.retrieve(id),
  "charge": (stripe, id) => stripe.charges.retrieve(id),
  "checkout.session": (stripe, id) => stripe.checkout.sessions.retrieve(id),
  "dispute": (stripe, id) => stripe.disputes.retrieve(id),
  "payment_intent": (stripe, id) => stripe.paymentIntents.retrieve(id),
  "payment_method": (stripe, id) => stripe.paymentMethods.retrieve(id),
  "payout": (stripe, id) => stripe.payouts.retrieve(id),
  "radar.early_fraud_warning": (stripe, id) => stripe.radar.earlyFraudWarnings.retrieve(id),
  "refund": (stripe, id) => stripe.refunds.retrieve(id),
  "setup_intent": (stripe, id) => stripe.setupIntents.retrieve(id),
};

/**
 * @throws StripeRefused if Stripe no longer has the object; otherwise ApiError
 *   `upstream_unavailable`
 */
async function currentObject(
  { call }: StripeCaller,
  { object, id }: { object: string; id: string },
): Promise<unknown> {
  const retrieve = RETRIEVE[object];
  if (retrieve === undefined) {
    throw new Error(
      `objects of the type ${object} can't be fetched from Stripe: RETRIEVE has no entry for this type`,
    );
  }
  return requireObject(await call((stripe) => retrieve(stripe, id)), object);
}

export function createFactsReader(
  caller: StripeCaller,
  metrics: Metrics = NO_METRICS,
): FactsReader {
  const refetch = async (event: Stripe.Event): Promise<Stripe.Event> => {
    try {
      const object = await currentObject(
        caller,
        event.data.object as { object: string; id: string },
      );
      metrics.count("stripe_events_refetched", { outcome: "fetched" });
      return { ...event, data: { object } } as Stripe.Event;
    } catch (error) {
      // If Stripe no longer has the object, the facts come from the signed event. Any other failure
      // is thrown.
      if (!(error instanceof StripeRefused && error.stripeCode === "resource_missing")) {
        metrics.count("stripe_events_refetched", { outcome: "failed" });
        throw error;
      }
      metrics.count("stripe_events_refetched", { outcome: "gone" });
      return event;
    }
  };
  return async (event) => {
    if (isForeign(event) || !isUsed(event.type)) return {};
    return factsOf(event.api_version === API_VERSION ? event : await refetch(event));
  };
}
