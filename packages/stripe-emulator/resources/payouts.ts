import type Stripe from "stripe";
import { invalidRequest } from "../http/errors.ts";
import { listRoute, retrieveRoute } from "../http/pagination.ts";
import { metadata, text, unsettable, unsupported } from "../http/params.ts";
import { reference, type Resource } from "../http/resource.ts";
import { route } from "../http/route.ts";
import { changed, mergeMetadata } from "../objects.ts";
import type { Scope } from "../scope.ts";
import { collection } from "../store/collection.ts";
import { balanceTransactions } from "./balance-transactions.ts";

type Payout = Stripe.Payout;

export const payouts = collection<Payout>("payout");

/** Which payout a balance transaction went out with. */
interface PayoutItem {
  /** The balance transaction's id. */
  id: string;
  payout: string;
}

export const payoutItems = collection<PayoutItem>("payout_item");

/** Whether a payout contains a transaction; refuses while Stripe still works that out. */
export function isInPayout(scope: Scope, transaction: string, payout: string): boolean {
  if (payouts.get(scope, payout, "payout").reconciliation_status !== "completed") {
    throw invalidRequest(
      `The transactions of the payout ${payout} cannot be listed yet.`,
      "payout",
      "payout_reconciliation_not_ready",
    );
  }
  return payoutItems.find(scope, transaction)?.payout === payout;
}

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
