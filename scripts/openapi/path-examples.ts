/** One example for each path parameter. The key is the path up to and including the parameter. */
import { EXAMPLE_IDS } from "./example-ids.ts";

export const PATH_EXAMPLES: Readonly<Record<string, string>> = {
  "/ai/v1/models/{model}": "gpt-4o",
  "/alerts/{id}": EXAMPLE_IDS.incident,
  "/bookings/{id}": EXAMPLE_IDS.booking,
  "/checkout/orders/{id}": EXAMPLE_IDS.order,
  "/credits/grants/{id}": EXAMPLE_IDS.grant,
  "/credits/holds/{id}": EXAMPLE_IDS.hold,
  "/credits/welcome-grants/{id}": EXAMPLE_IDS.welcomeGrant,
  "/customers/{id}": EXAMPLE_IDS.customer,
  "/disputes/{id}": EXAMPLE_IDS.dispute,
  "/features/{name}": "b2b",
  "/fraud/blocked/{id}": EXAMPLE_IDS.block,
  "/fraud/warnings/{id}": EXAMPLE_IDS.warning,
  "/jobs/{id}": EXAMPLE_IDS.job,
  "/mismatches/{id}": EXAMPLE_IDS.mismatch,
  "/notifications/{id}": EXAMPLE_IDS.notification,
  "/payouts/{id}": EXAMPLE_IDS.payout,
  "/proofs/{id}": EXAMPLE_IDS.proof,
  "/refunds/{id}": EXAMPLE_IDS.refund,
  "/reports/payouts/{id}": EXAMPLE_IDS.payout,
  "/webhook-events/{id}": EXAMPLE_IDS.event,
};
