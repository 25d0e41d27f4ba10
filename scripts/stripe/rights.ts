/**
 * Checks the rights of a restricted key one by one. Nothing is created or changed: to test a right
 * to write, the command sends a request with a parameter that Stripe does not know. If the key has
 * the right, Stripe refuses the parameter. If the key lacks the right, Stripe refuses the key.
 */
import Stripe from "stripe";
import { explain, missingRight } from "./explain-error.ts";

export interface Right {
  /** The name of the resource in Stripe's dashboard. */
  readonly resource: string;
  readonly access: "read" | "write";
  readonly path: string;
  /** The features that need the right. */
  readonly use: string;
}

const EVENTS = "fetching events of another API version, and the backfill";
const PAYOUTS = "comparing payouts with our records";

export const RIGHTS: readonly Right[] = [
  { resource: "Checkout Sessions", access: "write", path: "checkout/sessions", use: "checkouts" },
  { resource: "Customers", access: "write", path: "customers", use: "saved cards" },
  {
    resource: "PaymentIntents",
    access: "write",
    path: "payment_intents",
    use: "top-ups, bookings",
  },
  { resource: "Charges and Refunds", access: "write", path: "refunds", use: "refunds" },
  { resource: "Charges and Refunds", access: "read", path: "charges", use: PAYOUTS },
  { resource: "Radar", access: "read", path: "radar/early_fraud_warnings", use: EVENTS },
  { resource: "Events", access: "read", path: "events", use: "the backfill of lost events" },
  { resource: "SetupIntents", access: "read", path: "setup_intents", use: EVENTS },
  {
    resource: "PaymentMethods",
    access: "write",
    path: "payment_methods",
    use: "saved cards and their removal",
  },
  { resource: "Disputes", access: "read", path: "disputes", use: `${PAYOUTS}; ${EVENTS}` },
  { resource: "Payouts", access: "read", path: "payouts", use: EVENTS },
  { resource: "Balance", access: "read", path: "balance", use: "the paid check of Stripe" },
  { resource: "Balance transactions", access: "read", path: "balance_transactions", use: PAYOUTS },
  { resource: "Transfers", access: "read", path: "transfers", use: PAYOUTS },
  { resource: "Application Fees", access: "read", path: "application_fees", use: PAYOUTS },
];

export const CONNECT_RIGHTS: readonly Right[] = [
  { resource: "Connected accounts", access: "write", path: "accounts", use: "providers" },
  { resource: "Account Links", access: "write", path: "account_links", use: "providers" },
  { resource: "Transfers", access: "write", path: "transfers", use: "disputes of bookings" },
];

/** A parameter that no route of Stripe's API knows. */
const UNKNOWN = { farthing_probe: "1" };

async function probe(stripe: Stripe, { access, path }: Right): Promise<void> {
  if (access === "write") await stripe.rawRequest("POST", `/v1/${path}`, UNKNOWN);
  else await stripe.rawRequest("GET", `/v1/${path}`);
}

export type Tried =
  | { readonly right: Right; readonly state: "has" }
  | { readonly right: Right; readonly state: "lacks"; readonly name: string }
  | { readonly right: Right; readonly state: "unknown"; readonly text: string };

export async function tryRight(stripe: Stripe, right: Right): Promise<Tried> {
  try {
    await probe(stripe, right);
    return { right, state: "has" };
  } catch (error) {
    const name = missingRight(error);
    if (name !== null) return { right, state: "lacks", name };
    // Stripe refused the parameter and not the key. So the key has the right.
    if (error instanceof Stripe.errors.StripeInvalidRequestError) return { right, state: "has" };
    return { right, state: "unknown", text: explain(error) };
  }
}
