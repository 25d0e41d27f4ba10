import { z } from "zod";
import { invalidRequest, StripeApiError } from "../core/errors.ts";
import { mergeMetadata } from "../core/objects.ts";
import { listRoute, retrieveRoute } from "../http/pagination.ts";
import { flag, integer, metadata, text, unsettable, unsupported } from "../http/params.ts";
import { reference, type Resource } from "../http/resource.ts";
import { route } from "../http/route.ts";
import { chargeToRefund, refundableAmount } from "../payments/refundable.ts";
import { makeRefund, reverseRefund, updateRefund } from "../payments/refunds.ts";
import { balanceTransactions } from "../resources/balance-transactions.ts";
import { charges } from "../resources/charges.ts";
import { customers } from "../resources/customers.ts";
import { paymentIntents } from "../resources/payment-intents.ts";
import { paymentMethods } from "../resources/payment-methods.ts";
import { refunds, refundsOf } from "../resources/refunds.ts";

const create = route(
  "POST",
  "/v1/refunds",
  {
    amount: integer.refine((value) => value >= 1, "parameter_invalid_integer").optional(),
    charge: text.optional(),
    metadata: unsettable(metadata).optional(),
    payment_intent: text.optional(),
    reason: z.enum(["duplicate", "fraudulent", "requested_by_customer"]).optional(),
    refund_application_fee: flag.optional(),
    reverse_transfer: flag.optional(),
    currency: unsupported,
    customer: unsupported,
    instructions_email: unsupported,
    origin: unsupported,
  },
  (scope, params) => {
    const charge = chargeToRefund(scope, params);
    return makeRefund(scope, charge, {
      amount: refundableAmount(scope, charge, params.amount),
      reason: params.reason ?? null,
      metadata: mergeMetadata({}, params.metadata),
      reverseTransfer: params.reverse_transfer ?? false,
      refundApplicationFee: params.refund_application_fee ?? false,
    });
  },
);

const update = route(
  "POST",
  "/v1/refunds/:id",
  { metadata: unsettable(metadata).optional() },
  (scope, params, { id }) => {
    const refund = refunds.get(scope, id);
    const merged = mergeMetadata(refund.metadata ?? {}, params.metadata);
    return updateRefund(scope, refund, { metadata: merged });
  },
);

const cancel = route("POST", "/v1/refunds/:id/cancel", {}, (scope, _params, { id }) => {
  const refund = refunds.get(scope, id);
  if (!["pending", "requires_action"].includes(refund.status ?? "")) {
    throw invalidRequest("Canceling this refund is unsupported.");
  }
  return reverseRefund(scope, refund, { status: "canceled" });
});

/** Lists the refunds of one charge, at the URL in the charge's field `refunds`. */
const ofCharge = route(
  "GET",
  "/v1/charges/:id/refunds",
  {},
  (scope, _params, { id }) => {
    if (!charges.find(scope, id)) {
      const fields = { code: "resource_missing", param: "charge" };
      throw new StripeApiError(404, `No such charge: '${id}'`, fields);
    }
    return refundsOf(scope, id);
  },
);

export const refundResource: Resource = {
  object: "refund",
  routes: [
    create,
    listRoute(
      "/v1/refunds",
      refunds,
      { charge: text.optional(), payment_intent: text.optional() },
      (refund, wanted) =>
        (wanted.charge ?? refund.charge) === refund.charge &&
        (wanted.payment_intent ?? refund.payment_intent) === refund.payment_intent,
    ),
    retrieveRoute("/v1/refunds", refunds),
    update,
    cancel,
    ofCharge,
  ],
  expands: {
    balance_transaction: reference("balance_transaction", () => balanceTransactions),
    charge: reference("charge", () => charges),
    customer: reference("customer", () => customers),
    failure_balance_transaction: reference(
      "failure_balance_transaction",
      () => balanceTransactions,
    ),
    payment_intent: reference("payment_intent", () => paymentIntents),
    payment_method: reference("payment_method", () => paymentMethods),
  },
};
