import { changed, mergeMetadata } from "../core/objects.ts";
import { listRoute, retrieveRoute } from "../http/pagination.ts";
import { metadata, text, unsettable, unsupported } from "../http/params.ts";
import { reference, type Resource } from "../http/resource.ts";
import { route } from "../http/route.ts";
import { balanceTransactions } from "../resources/balance-transactions.ts";
import { payouts } from "../resources/payouts.ts";

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
