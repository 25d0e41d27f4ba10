import { z } from "zod";
import { resourceMissing } from "../core/errors.ts";
import { changed, mergeMetadata } from "../core/objects.ts";
import { listRoute, retrieveRoute } from "../http/pagination.ts";
import { currency, integer, metadata, text, unsettable, unsupported } from "../http/params.ts";
import { reference, type Resource } from "../http/resource.ts";
import { route } from "../http/route.ts";
import { BANK_ACCOUNT, makeManualPayout } from "../payments/payouts.ts";
import { balanceTransactions } from "../resources/balance-transactions.ts";
import { payouts } from "../resources/payouts.ts";

const create = route(
  "POST",
  "/v1/payouts",
  {
    amount: integer.refine((value) => value >= 1, "parameter_invalid_integer"),
    currency,
    description: text.optional(),
    destination: text.optional(),
    metadata: unsettable(metadata).optional(),
    method: z.enum(["standard", "instant"]).default("standard"),
    statement_descriptor: text.max(22).optional(),
    payout_method: unsupported,
    source_type: unsupported,
  },
  (scope, { description = null, statement_descriptor = null, destination, ...params }) => {
    if (destination !== undefined && destination !== BANK_ACCOUNT) {
      throw resourceMissing("external account", destination, "destination");
    }
    return makeManualPayout(scope, {
      ...params,
      description,
      statement_descriptor,
      metadata: mergeMetadata({}, params.metadata),
    });
  },
);

const update = route(
  "POST",
  "/v1/payouts/:id",
  { metadata: unsettable(metadata).optional() },
  (scope, params, { id }) => {
    const before = payouts.get(scope, id);
    const merged = mergeMetadata(before.metadata ?? {}, params.metadata);
    const after = payouts.update(scope, before, { metadata: merged });
    scope.emit("payout.updated", after, changed(before, after));
    return after;
  },
);

export const payoutResource: Resource = {
  object: "payout",
  routes: [
    listRoute(
      "/v1/payouts",
      payouts,
      { destination: text.optional(), status: text.optional(), arrival_date: unsupported },
      (payout, wanted) =>
        (wanted.destination ?? payout.destination) === payout.destination &&
        (wanted.status ?? payout.status) === payout.status,
    ),
    retrieveRoute("/v1/payouts", payouts),
    create,
    update,
  ],
  expands: {
    balance_transaction: reference("balance_transaction", () => balanceTransactions),
    failure_balance_transaction: reference(
      "failure_balance_transaction",
      () => balanceTransactions,
    ),
  },
};
