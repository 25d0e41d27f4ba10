import type Stripe from "stripe";
import { makeTransfer } from "./transfers.ts";
import { newId } from "../core/ids.ts";
import { example } from "../fixtures/example.ts";
import { balanceTransactions, bookMovement } from "../resources/balance-transactions.ts";
import { charges } from "../resources/charges.ts";
import { applicationFees } from "../resources/transfers.ts";
import type { Scope } from "../store/scope.ts";

type Charge = Stripe.Charge;

/**
 * Transfers a paid and booked destination charge to the connected account. With an application fee,
 * the whole charge is transferred, and the fee is collected from the connected account. Without an
 * application fee, `transfer_data[amount]` is transferred if it is given, otherwise the whole
 * charge. Stripe does this when it captures the payment, after `payment_intent.succeeded`.
 */
export function shareCharge(scope: Scope, charge: Charge): Charge {
  const destination = charge.transfer_data?.destination;
  if (typeof destination !== "string") return charge;
  const available = balanceTransactions.get(scope, String(charge.balance_transaction)).available_on;
  const transfer = makeTransfer(scope, {
    amount: charge.transfer_data?.amount ?? charge.amount,
    currency: charge.currency,
    destination,
    description: charge.description,
    sourceTransaction: charge.id,
    transferGroup: charge.transfer_group ?? `group_${charge.payment_intent}`,
    availableOn: available,
  });
  const fee = charge.application_fee_amount
    ? takeFee(scope, charge, transfer, charge.application_fee_amount, available)
    : null;
  return charges.update(scope, charge, {
    application_fee: fee?.id ?? null,
    transfer: transfer.id,
    transfer_group: transfer.transfer_group,
  });
}

function takeFee(
  scope: Scope,
  charge: Charge,
  transfer: Stripe.Transfer,
  amount: number,
  availableOn: number,
): Stripe.ApplicationFee {
  const id = newId("fee");
  const transaction = bookMovement(scope, {
    amount,
    currency: charge.currency,
    fee: 0,
    source: id,
    type: "application_fee",
    reporting_category: "platform_earning",
    description: charge.description,
    availableOn,
  });
  // The fee's field `charge` names the connected account's payment. The field
  // `originating_transaction` names the platform's charge.
  const payment = String(transfer.destination_payment);
  const fee = applicationFees.put(scope, {
    ...example<Stripe.ApplicationFee>("application_fee"),
    id,
    account: String(transfer.destination),
    amount,
    application: "ca_emulator",
    balance_transaction: transaction.id,
    charge: payment,
    created: scope.seconds(),
    currency: charge.currency,
    fee_source: { charge: payment, type: "charge" } as Stripe.ApplicationFee["fee_source"],
    originating_transaction: charge.id,
    refunds: emptyList(`/v1/application_fees/${id}/refunds`),
  });
  scope.emit("application_fee.created", fee);
  return fee;
}

function emptyList<T>(url: string): Stripe.ApiList<T> {
  return { object: "list", data: [], has_more: false, url };
}
