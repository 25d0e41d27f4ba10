import { changed, defined, mergeMetadata } from "../core/objects.ts";
import { listRoute, retrieveRoute } from "../http/pagination.ts";
import { metadata, text, unsettable } from "../http/params.ts";
import { reference, type Resource } from "../http/resource.ts";
import { route } from "../http/route.ts";
import { balanceTransactions } from "../resources/balance-transactions.ts";
import { charges } from "../resources/charges.ts";
import { customers } from "../resources/customers.ts";
import { paymentIntents } from "../resources/payment-intents.ts";
import { refundsOf } from "../resources/refunds.ts";

const update = route(
  "POST",
  "/v1/charges/:id",
  {
    description: text.optional(),
    metadata: unsettable(metadata).optional(),
    receipt_email: text.optional(),
    transfer_group: text.optional(),
  },
  (scope, params, { id }) => {
    const before = charges.get(scope, id);
    const after = charges.update(scope, before, {
      ...defined(params),
      metadata: mergeMetadata(before.metadata, params.metadata),
    });
    scope.emit("charge.updated", after, changed(before, after));
    return after;
  },
);

const filters = {
  customer: text.optional(),
  payment_intent: text.optional(),
  transfer_group: text.optional(),
};

export const chargeResource: Resource = {
  object: "charge",
  routes: [
    listRoute(
      "/v1/charges",
      charges,
      filters,
      (charge, wanted) =>
        (wanted.customer ?? charge.customer) === charge.customer &&
        (wanted.payment_intent ?? charge.payment_intent) === charge.payment_intent &&
        (wanted.transfer_group ?? charge.transfer_group) === charge.transfer_group,
    ),
    retrieveRoute("/v1/charges", charges),
    update,
  ],
  expands: {
    balance_transaction: reference("balance_transaction", () => balanceTransactions),
    customer: reference("customer", () => customers),
    payment_intent: reference("payment_intent", () => paymentIntents),
    refunds: (scope, owner) => refundsOf(scope, String(owner.id)),
  },
};
