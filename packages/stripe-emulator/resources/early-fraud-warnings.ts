import type Stripe from "stripe";
import { listRoute, retrieveRoute } from "../http/pagination.ts";
import { text } from "../http/params.ts";
import { reference, type Resource } from "../http/resource.ts";
import { collection } from "../store/collection.ts";
import { charges } from "./charges.ts";
import { paymentIntents } from "./payment-intents.ts";

export const earlyFraudWarnings = collection<Stripe.Radar.EarlyFraudWarning>(
  "radar.early_fraud_warning",
);

export const earlyFraudWarningResource: Resource = {
  object: "radar.early_fraud_warning",
  routes: [
    listRoute(
      "/v1/radar/early_fraud_warnings",
      earlyFraudWarnings,
      { charge: text.optional(), payment_intent: text.optional() },
      (warning, wanted) =>
        (wanted.charge ?? warning.charge) === warning.charge &&
        (wanted.payment_intent ?? warning.payment_intent) === warning.payment_intent,
    ),
    retrieveRoute("/v1/radar/early_fraud_warnings", earlyFraudWarnings),
  ],
  expands: {
    charge: reference("charge", () => charges),
    payment_intent: reference("payment_intent", () => paymentIntents),
  },
};
