import type Stripe from "stripe";
import { example } from "../fixtures/example.ts";
import type { Resource } from "../http/resource.ts";
import { route } from "../http/route.ts";
import { balanceTransactions } from "../resources/balance-transactions.ts";
import type { Scope } from "../store/scope.ts";

/**
 * Computes the balance, which is not stored. It is the sum of the balance transactions by currency
 * and status.
 */
function readBalance(scope: Scope): Stripe.Balance {
  return {
    ...example<Stripe.Balance>("balance"),
    available: sums(scope, "available"),
    pending: sums(scope, "pending"),
    connect_reserved: [{ amount: 0, currency: "usd" }],
    livemode: scope.settings.mode === "live",
  };
}

function sums(scope: Scope, status: string) {
  const totals = new Map([["usd", 0]]);
  for (const transaction of balanceTransactions.all(scope)) {
    const before = totals.get(transaction.currency) ?? 0;
    const change = transaction.status === status ? transaction.net : 0;
    totals.set(transaction.currency, before + change);
  }
  return [...totals].map(([currency, amount]) => ({
    amount,
    currency,
    source_types: { card: amount },
  }));
}

export const balanceResource: Resource = {
  object: "balance",
  routes: [route("GET", "/v1/balance", {}, (scope) => readBalance(scope))],
  expands: {},
};
