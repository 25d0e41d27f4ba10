/** The object of an event as Stripe has it now, in the version of the API that we read. */
import type Stripe from "stripe";
import { requireObject, type StripeCaller } from "./client.ts";

type Retrieve = (stripe: Stripe, id: string) => Promise<{ object: string; id: string }>;

/** By the object's own name, which no version of the API has changed. */
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

/** @throws Refused where Stripe has it no more; else ApiError `upstream_unavailable` */
export async function currentObject(
  { call }: StripeCaller,
  { object, id }: { object: string; id: string },
): Promise<unknown> {
  const retrieve = RETRIEVE[object];
  if (retrieve === undefined) throw new Error(`an event of a ${object}, which is not used here`);
  return requireObject(await call((stripe) => retrieve(stripe, id)), object);
}
