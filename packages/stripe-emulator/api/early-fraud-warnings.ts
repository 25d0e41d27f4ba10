import { listRoute, retrieveRoute } from "../http/pagination.ts";
import { text } from "../http/params.ts";
import { reference, type Resource } from "../http/resource.ts";
import { charges } from "../resources/charges.ts";
import { earlyFraudWarnings } from "../resources/disputes.ts";
import { paymentIntents } from "../resources/payment-intents.ts";

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
