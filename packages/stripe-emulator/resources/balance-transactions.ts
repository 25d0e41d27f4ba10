import type Stripe from "stripe";
import { newId } from "../core/ids.ts";
import { example } from "../fixtures/example.ts";
import type { Scope } from "../store/scope.ts";
import { collection } from "../store/collection.ts";

type BalanceTransaction = Stripe.BalanceTransaction;

const stored = collection<BalanceTransaction>("balance_transaction");

/** How long money is pending: two days, as in Stripe's test mode. */
const PENDING_SECONDS = 2 * 24 * 3_600;

/**
 * The balance transactions. Their status is computed when they are read, because it changes as time
 * passes.
 */
export const balanceTransactions = {
  ...stored,
  find: (scope: Scope, id: string) => aged(scope, stored.find(scope, id)),
  get: (scope: Scope, id: string, param?: string) => aged(scope, stored.get(scope, id, param)),
  all: (scope: Scope) => stored.all(scope).map((transaction) => aged(scope, transaction)),
};

export interface Movement {
  amount: number;
  currency: string;
  fee: number;
  /** The fee's description. Default: that of Stripe's processing fee. */
  feeDescription?: string;
  source: string;
  type: BalanceTransaction["type"];
  reporting_category: string;
  description: string | null;
  availableAtOnce?: boolean | undefined;
  /**
   * When the money becomes available, in seconds since 1970. By default it is now if
   * `availableAtOnce` is true, and otherwise in two days.
   */
  availableOn?: number | undefined;
}

/**
 * Books a movement of the platform's balance. `amount` is signed, and `net` is the amount minus the
 * fee.
 */
export function bookMovement(scope: Scope, movement: Movement): BalanceTransaction {
  const { availableAtOnce = false, availableOn, amount, fee, feeDescription, ...rest } = movement;
  const created = scope.seconds();
  const available_on = availableOn ?? (availableAtOnce ? created : created + PENDING_SECONDS);
  return stored.put(scope, {
    ...example<BalanceTransaction>("balance_transaction"),
    ...rest,
    id: newId("txn"),
    amount,
    fee,
    net: amount - fee,
    fee_details: fee === 0 ? [] : [{
      amount: fee,
      application: null,
      currency: movement.currency,
      description: feeDescription ?? "Stripe processing fees",
      type: "stripe_fee",
    }],
    created,
    available_on,
    status: "pending",
    exchange_rate: null,
    balance_type: "payments",
  });
}

/** Makes all pending money available, as if two days had passed. */
export function releasePending(scope: Scope): void {
  for (const transaction of balanceTransactions.all(scope)) {
    if (transaction.status !== "pending") continue;
    stored.update(scope, transaction, { available_on: scope.seconds() });
  }
}

function aged<T extends BalanceTransaction | undefined>(scope: Scope, transaction: T): T {
  if (!transaction) return transaction;
  const status = transaction.available_on <= scope.seconds() ? "available" : "pending";
  return { ...transaction, status };
}
