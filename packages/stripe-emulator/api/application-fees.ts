import { refundFee } from "../connect/reversals.ts";
import { resourceMissing } from "../core/errors.ts";
import { listRoute, paginate, paging, retrieveRoute } from "../http/pagination.ts";
import { integer, metadata, text, unsettable } from "../http/params.ts";
import { reference, type Resource } from "../http/resource.ts";
import { route } from "../http/route.ts";
import { accounts } from "../resources/accounts.ts";
import { balanceTransactions } from "../resources/balance-transactions.ts";
import { charges } from "../resources/charges.ts";
import { applicationFees, feeRefunds } from "../resources/transfers.ts";

const URL = "/v1/application_fees";

const refund = route(
  "POST",
  `${URL}/:id/refunds`,
  { amount: integer.optional(), metadata: unsettable(metadata).optional() },
  (scope, params, { id }) => refundFee(scope, applicationFees.get(scope, id), params),
);

const listRefunds = route("GET", `${URL}/:id/refunds`, paging, (scope, params, { id }) => {
  applicationFees.get(scope, id);
  const found = feeRefunds.all(scope).reverse().filter((each) => each.fee === id);
  return paginate(found, params, `${URL}/${id}/refunds`, (cursor, param) => {
    feeRefunds.get(scope, cursor, param);
  });
});

const retrieveRefund = route(
  "GET",
  `${URL}/:id/refunds/:refund`,
  {},
  (scope, _params, { id, refund = "" }) => {
    const found = feeRefunds.find(scope, refund);
    if (found?.fee === id) return found;
    throw resourceMissing("fee_refund", refund);
  },
);

export const applicationFeeResource: Resource = {
  object: "application_fee",
  routes: [
    listRoute(
      URL,
      applicationFees,
      { charge: text.optional() },
      ({ charge, originating_transaction }, wanted) =>
        wanted.charge === undefined || wanted.charge === charge ||
        wanted.charge === originating_transaction,
    ),
    retrieveRoute(URL, applicationFees),
    refund,
    listRefunds,
    retrieveRefund,
  ],
  expands: {
    account: reference("account", () => accounts),
    balance_transaction: reference("balance_transaction", () => balanceTransactions),
    originating_transaction: reference("originating_transaction", () => charges),
  },
};

export const feeRefundResource: Resource = {
  object: "fee_refund",
  routes: [],
  expands: {
    balance_transaction: reference("balance_transaction", () => balanceTransactions),
    fee: reference("fee", () => applicationFees),
  },
};
