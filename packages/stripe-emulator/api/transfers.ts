import { refundFee, reverseTransfer } from "../connect/reversals.ts";
import { chargeWith, makeTransfer } from "../connect/transfers.ts";
import { invalidRequest, resourceMissing } from "../core/errors.ts";
import { listRoute, paginate, paging, retrieveRoute } from "../http/pagination.ts";
import { currency, flag, integer, metadata, storedOnly, text, unsettable } from "../http/params.ts";
import { reference, type Resource } from "../http/resource.ts";
import { route } from "../http/route.ts";
import { accounts } from "../resources/accounts.ts";
import { balanceTransactions } from "../resources/balance-transactions.ts";
import { charges } from "../resources/charges.ts";
import { applicationFees, reversals, transfers } from "../resources/transfers.ts";

const URL = "/v1/transfers";

/**
 * Creates a transfer from a charge or from the balance. All transfers from a charge together cannot
 * exceed the charge. Whether the balance is sufficient is not checked.
 */
const create = route(
  "POST",
  URL,
  {
    amount: integer,
    currency,
    destination: text,
    description: storedOnly,
    metadata: unsettable(metadata).optional(),
    source_transaction: text.optional(),
    transfer_group: text.optional(),
  },
  (scope, { amount, currency, destination, metadata, source_transaction, transfer_group }) => {
    if (amount < 1) throw invalidRequest("The amount must be positive.", "amount");
    const given = { amount, currency, destination, metadata: metadata || undefined };
    const charge = source_transaction === undefined
      ? undefined
      : chargeWith(scope, source_transaction, given);
    const settled = charge?.balance_transaction;
    return makeTransfer(scope, {
      ...given,
      sourceTransaction: charge?.id,
      availableOn: settled
        ? balanceTransactions.get(scope, String(settled)).available_on
        : undefined,
      transferGroup: transfer_group ?? charge?.transfer_group,
    });
  },
);

const reverse = route(
  "POST",
  `${URL}/:id/reversals`,
  {
    amount: integer.optional(),
    description: storedOnly,
    metadata: unsettable(metadata).optional(),
    refund_application_fee: flag.optional(),
  },
  (scope, { amount, metadata, refund_application_fee }, { id }) => {
    const transfer = transfers.get(scope, id);
    const reversal = reverseTransfer(scope, transfer, { amount, metadata });
    const charge = charges.find(scope, String(transfer.source_transaction));
    const fee = applicationFees.find(scope, String(charge?.application_fee));
    if (refund_application_fee && fee) {
      const share = Math.round((fee.amount * reversal.amount) / transfer.amount);
      const left = fee.amount - fee.amount_refunded;
      if (Math.min(share, left) > 0) refundFee(scope, fee, { amount: Math.min(share, left) });
    }
    return reversal;
  },
);

const listReversals = route("GET", `${URL}/:id/reversals`, paging, (scope, params, { id }) => {
  transfers.get(scope, id);
  const found = reversals.all(scope).reverse().filter((each) => each.transfer === id);
  return paginate(found, params, `${URL}/${id}/reversals`, (cursor, param) => {
    reversals.get(scope, cursor, param);
  });
});

const retrieveReversal = route(
  "GET",
  `${URL}/:id/reversals/:reversal`,
  {},
  (scope, _params, { id, reversal = "" }) => {
    const found = reversals.find(scope, reversal);
    if (found?.transfer === id) return found;
    throw resourceMissing("transfer_reversal", reversal);
  },
);

export const transferResource: Resource = {
  object: "transfer",
  routes: [
    listRoute(
      URL,
      transfers,
      { destination: text.optional(), transfer_group: text.optional() },
      (transfer, wanted) =>
        (wanted.destination ?? transfer.destination) === transfer.destination &&
        (wanted.transfer_group ?? transfer.transfer_group) === transfer.transfer_group,
    ),
    retrieveRoute(URL, transfers),
    create,
    reverse,
    listReversals,
    retrieveReversal,
  ],
  expands: {
    balance_transaction: reference("balance_transaction", () => balanceTransactions),
    destination: reference("destination", () => accounts),
    source_transaction: reference("source_transaction", () => charges),
  },
};

export const transferReversalResource: Resource = {
  object: "transfer_reversal",
  routes: [],
  expands: {
    balance_transaction: reference("balance_transaction", () => balanceTransactions),
    transfer: reference("transfer", () => transfers),
  },
};
