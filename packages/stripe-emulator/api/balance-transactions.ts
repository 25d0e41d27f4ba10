import { listRoute } from "../http/pagination.ts";
import { currency, text } from "../http/params.ts";
import type { Resource } from "../http/resource.ts";
import { route } from "../http/route.ts";
import { balanceTransactions } from "../resources/balance-transactions.ts";
import { findById } from "../resources/find-by-id.ts";
import { isInPayout } from "../resources/payouts.ts";

const filters = {
  currency: currency.optional(),
  payout: text.optional(),
  source: text.optional(),
  type: text.optional(),
};

export const balanceTransactionResource: Resource = {
  object: "balance_transaction",
  routes: [
    listRoute(
      "/v1/balance_transactions",
      balanceTransactions,
      filters,
      (transaction, wanted, scope) =>
        (wanted.currency ?? transaction.currency) === transaction.currency &&
        (wanted.source ?? transaction.source) === transaction.source &&
        (wanted.type ?? transaction.type) === transaction.type &&
        (wanted.payout === undefined || isInPayout(scope, transaction.id, wanted.payout)),
    ),
    route(
      "GET",
      "/v1/balance_transactions/:id",
      {},
      (scope, _params, { id }) => balanceTransactions.get(scope, id),
    ),
  ],
  expands: { source: (scope, owner) => findById(scope, String(owner.source)) },
};
