import type Stripe from "stripe";
import { invalidRequest } from "../core/errors.ts";
import { accounts } from "../resources/accounts.ts";
import type { Scope } from "../store/scope.ts";

interface Split {
  amount: number;
  application_fee_amount?: number | null | undefined;
  on_behalf_of?: string | Stripe.Account | null | undefined;
  transfer_data?:
    | {
      amount?: number | null | undefined;
      destination?: string | Stripe.Account | undefined;
    }
    | null
    | undefined;
}

const DESTINATION = "transfer_data[destination]";

/**
 * Refuses a destination account that is unknown or cannot receive transfers, and a fee or transfer
 * that exceeds the payment. This is checked when the payment is created and again before each
 * attempt to pay.
 */
export function checkDestination(scope: Scope, payment: Split): void {
  const { amount, application_fee_amount: fee, on_behalf_of, transfer_data } = payment;
  const destination = transfer_data?.destination;
  if (typeof on_behalf_of === "string") accounts.get(scope, on_behalf_of, "on_behalf_of");
  if (transfer_data && !destination) {
    throw invalidRequest(`Missing required param: ${DESTINATION}.`, DESTINATION);
  }
  if (typeof destination === "string") checkReceiver(scope, destination);
  if (fee) checkFee(fee, payment);
  if ((transfer_data?.amount ?? 0) > amount) {
    throw invalidRequest("The transfer exceeds the payment.", "transfer_data[amount]");
  }
}

function checkReceiver(scope: Scope, id: string): void {
  const account = accounts.find(scope, id);
  if (!account) {
    throw invalidRequest(`No such destination: '${id}'`, DESTINATION, "resource_missing");
  }
  if (account.capabilities?.transfers === "active") return;
  throw invalidRequest(
    "Your destination account needs to have at least one of the following capabilities enabled: " +
      "transfers, crypto_transfers, legacy_payments",
    DESTINATION,
    "insufficient_capabilities_for_transfer",
  );
}

function checkFee(fee: number, { amount, transfer_data }: Split): void {
  const param = "application_fee_amount";
  if (!transfer_data?.destination) {
    throw invalidRequest(`${param} is only possible together with ${DESTINATION}.`, param);
  }
  if (transfer_data.amount) {
    throw invalidRequest(`Send ${param} or transfer_data[amount], not both.`, param);
  }
  if (fee > amount) throw invalidRequest(`${param} exceeds the payment.`, param);
}
