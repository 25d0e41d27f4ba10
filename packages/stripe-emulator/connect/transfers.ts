import type Stripe from "stripe";
import { invalidRequest } from "../core/errors.ts";
import { newId } from "../core/ids.ts";
import { example } from "../fixtures/example.ts";
import { accounts } from "../resources/accounts.ts";
import { bookMovement } from "../resources/balance-transactions.ts";
import { charges } from "../resources/charges.ts";
import { transfers } from "../resources/transfers.ts";
import type { Scope } from "../store/scope.ts";

interface TransferRequest {
  amount: number;
  currency: string;
  destination: string;
  description?: string | null | undefined;
  metadata?: Record<string, string> | undefined;
  sourceTransaction?: string | undefined;
  transferGroup?: string | null | undefined;
  /** When the money becomes available, in seconds since 1970. Default: now. */
  availableOn?: number | undefined;
}

/** Transfers money from the platform's balance to a connected account. */
export function makeTransfer(scope: Scope, request: TransferRequest): Stripe.Transfer {
  if (
    accounts.get(scope, request.destination, "destination").capabilities?.transfers !== "active"
  ) {
    throw invalidRequest(
      "The destination account's transfers capability must be active.",
      "destination",
    );
  }
  const id = newId("tr");
  const transaction = bookMovement(scope, {
    amount: -request.amount,
    currency: request.currency,
    fee: 0,
    source: id,
    type: "transfer",
    reporting_category: "transfer",
    description: request.description ?? null,
    availableOn: request.availableOn ?? scope.seconds(),
  });
  const transfer = transfers.put(scope, {
    ...example<Stripe.Transfer>("transfer"),
    id,
    amount: request.amount,
    balance_transaction: transaction.id,
    created: scope.seconds(),
    currency: request.currency,
    destination: request.destination,
    destination_payment: newId("py"),
    metadata: request.metadata ?? {},
    reversals: { object: "list", data: [], has_more: false, url: `/v1/transfers/${id}/reversals` },
    source_transaction: request.sourceTransaction ?? null,
    transfer_group: request.transferGroup ?? null,
  });
  scope.emit("transfer.created", transfer);
  return transfer;
}

export function chargeWith(
  scope: Scope,
  id: string,
  { amount, currency }: { amount: number; currency: string },
): Stripe.Charge {
  const param = "source_transaction";
  const charge = charges.get(scope, id, param);
  if (charge.status !== "succeeded") throw invalidRequest("The charge has not succeeded.", param);
  if (charge.currency !== currency) {
    throw invalidRequest(`The currency must be the charge's: ${charge.currency}.`, "currency");
  }
  const gone = transfers.all(scope).filter((each) => each.source_transaction === id)
    .reduce((sum, each) => sum + each.amount, 0);
  if (gone + amount > charge.amount) {
    throw invalidRequest(
      `At most ${charge.amount - gone} of the charge can be transferred.`,
      "amount",
    );
  }
  return charge;
}
