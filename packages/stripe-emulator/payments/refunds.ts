import type Stripe from "stripe";
import { returnShares } from "../connect/refund-reversals.ts";
import { newId, randomText } from "../core/ids.ts";
import { changed, defined } from "../core/objects.ts";
import { settleWarnings } from "./fraud-warnings.ts";
import { balanceTransactions, bookMovement } from "../resources/balance-transactions.ts";
import { charges } from "../resources/charges.ts";
import { type ChargePlan, chargePlans, dueAt, refundPlans } from "../resources/planned-outcomes.ts";
import { isCard, newRefund, refunds } from "../resources/refunds.ts";
import type { Scope } from "../store/scope.ts";

type Refund = Stripe.Refund;
type Charge = Stripe.Charge;

/** How long the buyer may take to say where to send the money: 45 days, as in Stripe. */
const ANSWER_SECONDS = 45 * 24 * 3_600;

/** The failure reason of Stripe's test card whose refund fails. */
export const USUAL_FAILURE = "expired_or_canceled_card";

export interface RefundRequest {
  amount: number;
  reason: Refund["reason"];
  metadata: Stripe.Metadata;
  reverseTransfer: boolean;
  refundApplicationFee: boolean;
}

/**
 * Refunds a charge. The amount counts as refunded immediately, even while the refund is `pending`.
 * Stripe does not return the payment's fee.
 */
export function makeRefund(scope: Scope, charge: Charge, request: RefundRequest): Refund {
  const id = newId(isCard(charge) ? "re" : "pyr");
  const plan = chargePlans.find(scope, charge.id)?.refund;
  const pending = !isCard(charge) || plan === "slow";
  const balance_transaction = bookRefund(scope, charge, id, request.amount);
  const { amount, metadata, reason } = request;
  const shown = { id, amount, balance_transaction, metadata, reason };
  const refund = refunds.put(scope, newRefund(scope, charge, shown, pending));
  const after = countRefunded(scope, charge, request.amount);
  const { reverseTransfer, refundApplicationFee } = request;
  if (reverseTransfer || refundApplicationFee) {
    returnShares(scope, refund, after, { reverseTransfer, refundApplicationFee });
  }
  if (pending || plan) planEnd(scope, id, plan);
  announce(scope, refunds.get(scope, id), charge);
  if (after.refunded) settleWarnings(scope, charge.id);
  return refunds.get(scope, id);
}

function announce(scope: Scope, refund: Refund, before: Charge): void {
  const charge = charges.get(scope, before.id);
  scope.emit("refund.created", refund);
  scope.emit("charge.refunded", charge, changed(before, charge));
  const { card } = refund.destination_details ?? {};
  if (refund.status !== "succeeded" || !card) return;
  // The bank adds its reference just after the refund succeeded; the refund's status does not
  // change.
  const reference = { reference: randomText(16).toUpperCase(), reference_status: "available" };
  updateRefund(scope, refund, {
    destination_details: { type: "card", card: { ...card, ...reference } },
  });
}

/** Changes a refund and emits `refund.updated` and the older `charge.refund.updated`. */
export function updateRefund(scope: Scope, before: Refund, changes: Partial<Refund>): Refund {
  const after = refunds.update(scope, before, changes);
  const previous = changed(before, after);
  scope.emit("refund.updated", after, previous);
  scope.emit("charge.refund.updated", after, previous);
  return after;
}

/** Ends a refund that did not reach the buyer. The money goes back to the balance. */
export function reverseRefund(
  scope: Scope,
  refund: Refund,
  end: { status: "failed"; failure_reason: string } | { status: "canceled" },
): Refund {
  refundPlans.remove(scope, refund.id);
  const charge = charges.get(scope, String(refund.charge));
  const { pending_reason: _, next_action: __, ...rest } = refund;
  const transaction = bookMovement(scope, {
    amount: refund.amount,
    currency: refund.currency,
    fee: 0,
    source: refund.id,
    type: "refund_failure",
    reporting_category: "refund_failure",
    description: `REFUND FAILURE FOR ${refund.id}`,
    availableOn: availableOn(scope, String(refund.balance_transaction)),
  });
  countRefunded(scope, charge, -refund.amount);
  refunds.put(scope, rest);
  const changes = defined({ ...end, failure_balance_transaction: transaction.id });
  const after = updateRefund(scope, rest, changes);
  if (end.status === "failed") scope.emit("refund.failed", after);
  return after;
}

/** Ends a pending refund with success. */
export function completeRefund(scope: Scope, refund: Refund): Refund {
  refundPlans.remove(scope, refund.id);
  const { pending_reason: _, next_action: __, ...rest } = refund;
  refunds.put(scope, rest);
  return updateRefund(scope, rest, { status: "succeeded" });
}

/** Makes a pending refund wait until the buyer says where to send the money. */
export function askForDetails(scope: Scope, refund: Refund): Refund {
  const charge = charges.get(scope, String(refund.charge));
  const { pending_reason: _, ...rest } = refund;
  refunds.put(scope, rest);
  const email_sent = {
    email_sent_at: scope.seconds(),
    email_sent_to: charge.billing_details.email ?? "buyer@example.com",
  };
  const display_details = { email_sent, expires_at: scope.seconds() + ANSWER_SECONDS };
  return updateRefund(scope, rest, {
    status: "requires_action",
    next_action: { type: "display_details", display_details },
  });
}

/** Ends the refunds whose `due_at` has passed. */
export function settleDueRefunds(scope: Scope): void {
  const now = scope.now().getTime() / 1000;
  for (const { id, outcome, due_at } of refundPlans.all(scope)) {
    if (due_at === null || due_at > now) continue;
    const refund = refunds.get(scope, id);
    if (outcome === "succeeds") completeRefund(scope, refund);
    else reverseRefund(scope, refund, { status: "failed", failure_reason: USUAL_FAILURE });
  }
}

function planEnd(scope: Scope, id: string, plan: ChargePlan["refund"]): void {
  const outcome = plan === "fails" ? "fails" : "succeeds";
  refundPlans.put(scope, { id, outcome, due_at: dueAt(scope) });
}

function countRefunded(scope: Scope, charge: Charge, change: number): Charge {
  const amount_refunded = charge.amount_refunded + change;
  const refunded = amount_refunded >= charge.amount;
  return charges.update(scope, charge, { amount_refunded, refunded });
}

function bookRefund(scope: Scope, charge: Charge, source: string, amount: number): string {
  const about = charge.description === null ? "" : ` (${charge.description})`;
  return bookMovement(scope, {
    amount: -amount,
    currency: charge.currency,
    fee: 0,
    source,
    type: isCard(charge) ? "refund" : "payment_refund",
    reporting_category: "refund",
    description: `REFUND FOR ${isCard(charge) ? "CHARGE" : "PAYMENT"}${about}`,
    availableOn: availableOn(scope, String(charge.balance_transaction)),
  }).id;
}

/**
 * Returns the time at which a refund leaves the balance. If the payment is still pending, this is
 * the time at which the payment becomes available; otherwise it is now.
 */
function availableOn(scope: Scope, transaction: string): number {
  const { available_on } = balanceTransactions.get(scope, transaction);
  return Math.max(available_on, scope.seconds());
}
