import type Stripe from "stripe";
import { refundFee, reverseTransfer } from "./reversals.ts";
import { invalidRequest } from "../core/errors.ts";
import { refunds } from "../resources/refunds.ts";
import { applicationFees, returnedShares, transfers } from "../resources/transfers.ts";
import type { Scope } from "../store/scope.ts";

/**
 * Reverses the transfer and refunds the application fee in proportion to the refund's part of the
 * charge. Rounds the sum of the amounts returned so far (half up), not each amount by itself.
 * So partial refunds that add up to the charge return exactly the whole transfer and fee.
 * @param refund the refund, which is already stored, but whose event is not emitted yet
 * @param charge the charge after this refund: `amount_refunded` includes the refund
 */
export function returnShares(
  scope: Scope,
  refund: Stripe.Refund,
  charge: Stripe.Charge,
  wants: { reverseTransfer: boolean; refundApplicationFee: boolean },
): void {
  if (wants.reverseTransfer) {
    const transfer = transfers.find(scope, String(charge.transfer));
    if (!transfer) throw nothing("transfer", "reverse_transfer");
    const left = transfer.amount - transfer.amount_reversed;
    const amount = part(scope, refund, charge, transfer, left);
    if (amount > 0) {
      const reversal = reverseTransfer(scope, transfer, { amount, sourceRefund: refund.id });
      refunds.update(scope, refund, { transfer_reversal: reversal.id });
    }
  }
  if (wants.refundApplicationFee) {
    const fee = applicationFees.find(scope, String(charge.application_fee));
    if (!fee) throw nothing("application fee", "refund_application_fee");
    const amount = part(scope, refund, charge, fee, fee.amount - fee.amount_refunded);
    if (amount > 0) refundFee(scope, fee, { amount });
  }
}

/**
 * Computes how much of a transfer or fee goes back because of a refund, at most `left`. Records
 * this amount and returns it.
 */
function part(
  scope: Scope,
  refund: Stripe.Refund,
  charge: Stripe.Charge,
  whole: { id: string; amount: number },
  left: number,
): number {
  const before = returnedShares.find(scope, whole.id) ?? { id: whole.id, of: 0, amount: 0 };
  const of = Math.min(before.of + refund.amount, charge.amount);
  const due = roundHalfUp(whole.amount, of, charge.amount) - before.amount;
  const amount = Math.max(Math.min(due, left), 0);
  returnedShares.put(scope, { id: whole.id, of, amount: before.amount + amount });
  return amount;
}

/**
 * Computes `whole × part ÷ total`, rounded half up. The product of two eight-digit numbers can
 * exceed a float's precision, so it is computed with BigInt.
 */
function roundHalfUp(whole: number, part: number, total: number): number {
  const [a, b, c] = [BigInt(whole), BigInt(part), BigInt(total)];
  return Number((2n * a * b + c) / (2n * c));
}

function nothing(what: string, param: string) {
  return invalidRequest(`The charge has no ${what} to reverse or refund.`, param);
}
