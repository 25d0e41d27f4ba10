import type Stripe from "stripe";
import { invalidRequest } from "../core/errors.ts";
import { changed } from "../core/objects.ts";
import { settleWarnings } from "./fraud-warnings.ts";
import { makeRefund, reverseRefund } from "./refunds.ts";
import {
  balanceTransactions,
  bookMovement,
  type Movement,
} from "../resources/balance-transactions.ts";
import { charges } from "../resources/charges.ts";
import { type DisputeRequest, disputes, newDispute } from "../resources/disputes.ts";
import { refunds } from "../resources/refunds.ts";
import type { Scope } from "../store/scope.ts";

type Dispute = Stripe.Dispute;
type Charge = Stripe.Charge;

/** Stripe's fee for a dispute, in minor units. The number is the same for every currency. */
const DISPUTE_FEE = 1_500;

/** The decisions and steps that change the status of a dispute. */
export type DisputeEnd = "won" | "lost" | "under_review" | "escalate" | "warning_closed" | "appeal";

const INQUIRY = ["warning_needs_response", "warning_under_review"];
const CHARGEBACK = ["needs_response", "under_review"];
const APPEAL = ["appeal_needs_response", "appeal_under_review"];

const FROM: Record<DisputeEnd, string[]> = {
  won: [...CHARGEBACK, ...APPEAL],
  lost: [...CHARGEBACK, ...APPEAL],
  under_review: ["needs_response", "warning_needs_response", "appeal_needs_response"],
  escalate: INQUIRY,
  warning_closed: INQUIRY,
  appeal: ["won", "lost"],
};

export function isClosed({ status }: Dispute): boolean {
  return ["won", "lost", "warning_closed", "prevented"].includes(status);
}

export function isInquiry({ status }: Dispute): boolean {
  return INQUIRY.includes(status);
}

/** Opens a dispute or an inquiry about a charge. */
export function openDispute(scope: Scope, charge: Charge, request: DisputeRequest): Dispute {
  const made = disputes.put(scope, newDispute(scope, charge, request));
  charges.update(scope, charge, { disputed: true });
  if (request.prevented) return prevent(scope, made, request.prevented);
  const dispute = request.inquiry ? made : withdraw(scope, made);
  scope.emit("charge.dispute.created", dispute);
  if (!request.inquiry) announceWithdrawal(scope, dispute);
  settleWarnings(scope, charge.id);
  return dispute;
}

/**
 * Pays the buyer from the platform's balance and closes the dispute at once, so that nobody needs
 * to answer it. `resolution` withdraws the disputed amount; `block` refunds the payment.
 */
function prevent(scope: Scope, dispute: Dispute, by: "resolution" | "block"): Dispute {
  scope.emit("charge.dispute.created", dispute);
  if (by === "resolution") {
    const paid = withdraw(scope, dispute);
    announceWithdrawal(scope, paid);
    settleWarnings(scope, String(dispute.charge));
    scope.emit("charge.dispute.closed", paid, changed(dispute, paid));
    return paid;
  }
  const charge = charges.get(scope, String(dispute.charge));
  makeRefund(scope, charge, {
    amount: Math.min(dispute.amount, charge.amount - charge.amount_refunded),
    reason: "fraudulent",
    metadata: {},
    reverseTransfer: false,
    refundApplicationFee: false,
  });
  scope.emit("charge.dispute.closed", dispute);
  return dispute;
}

/** Changes the status of a dispute, moves its money and emits Stripe's events. */
export function moveDispute(scope: Scope, dispute: Dispute, end: DisputeEnd): Dispute {
  if (!FROM[end].includes(dispute.status)) {
    throw invalidRequest(
      `For the outcome ${end}, the dispute's status must be ${FROM[end].join(" or ")}, but it is ` +
        `${dispute.status}.`,
    );
  }
  if (end === "under_review") return review(scope, dispute);
  if (end === "escalate") return escalate(scope, dispute);
  if (end === "appeal") return updateDispute(scope, dispute, { status: "appeal_needs_response" });
  return close(scope, dispute, end);
}

function review(scope: Scope, dispute: Dispute): Dispute {
  const status = isInquiry(dispute)
    ? "warning_under_review"
    : dispute.status === "appeal_needs_response"
    ? "appeal_under_review"
    : "under_review";
  return updateDispute(scope, dispute, { status });
}

/** Changes a dispute that stays open, and emits `charge.dispute.updated`. */
export function updateDispute(scope: Scope, before: Dispute, changes: Partial<Dispute>): Dispute {
  const after = disputes.update(scope, before, changes);
  scope.emit("charge.dispute.updated", after, changed(before, after));
  return after;
}

function escalate(scope: Scope, dispute: Dispute): Dispute {
  if (charges.get(scope, String(dispute.charge)).refunded) {
    throw invalidRequest("A charge that is refunded in full cannot be disputed.");
  }
  const { card } = dispute.payment_method_details ?? {};
  const changes: Partial<Dispute> = {
    status: "needs_response",
    is_charge_refundable: false,
    ...(card && {
      payment_method_details: { type: "card", card: { ...card, case_type: "chargeback" } },
    }),
  };
  const withdrawn = withdraw(scope, disputes.update(scope, dispute, changes));
  scope.emit("charge.dispute.updated", withdrawn, changed(dispute, withdrawn));
  announceWithdrawal(scope, withdrawn);
  return withdrawn;
}

function close(scope: Scope, before: Dispute, status: "won" | "lost" | "warning_closed"): Dispute {
  const isOut = before.balance_transactions.reduce((sum, { amount }) => sum + amount, 0) < 0;
  // No money moves if the winning party already has it, as can happen after an appeal.
  const moves = status === "won" ? isOut : status === "lost" && !isOut;
  const moved = !moves
    ? before
    : status === "lost"
    ? withdraw(scope, before)
    : reinstate(scope, before);
  const after = disputes.update(scope, moved, {
    status,
    is_charge_refundable: status !== "lost",
  });
  const previous = changed(before, after);
  if (moves && status === "won") scope.emit("charge.dispute.funds_reinstated", after, previous);
  if (moves && status === "lost") announceWithdrawal(scope, after);
  scope.emit("charge.dispute.closed", after, previous);
  return after;
}

/** Withdraws the disputed amount and Stripe's fee from the balance. */
function withdraw(scope: Scope, dispute: Dispute): Dispute {
  return withTransaction(scope, dispute, {
    amount: -dispute.amount,
    fee: DISPUTE_FEE,
    feeDescription: "Dispute fee",
    reporting_category: "dispute",
    description: `Chargeback withdrawal for ${dispute.charge}`,
  });
}

/** Returns the amount and the fee of a won dispute to the balance. */
function reinstate(scope: Scope, dispute: Dispute): Dispute {
  return withTransaction(scope, dispute, {
    amount: dispute.amount,
    fee: -DISPUTE_FEE,
    feeDescription: "Dispute fee refund",
    reporting_category: "dispute_reversal",
    description: `Chargeback reversal for ${dispute.charge}`,
  });
}

function withTransaction(
  scope: Scope,
  dispute: Dispute,
  movement: Pick<
    Movement,
    "amount" | "fee" | "feeDescription" | "reporting_category" | "description"
  >,
): Dispute {
  const { id, currency, balance_transactions } = dispute;
  const whole = { ...movement, currency, source: id, type: "adjustment", availableAtOnce: true };
  const transaction = balanceTransactions.get(scope, bookMovement(scope, whole).id);
  return disputes.update(scope, dispute, {
    balance_transactions: [...balance_transactions, transaction],
  });
}

/**
 * Emits the event of the withdrawal, and makes the charge's pending refunds fail, because the bank
 * itself has taken the money.
 */
function announceWithdrawal(scope: Scope, dispute: Dispute): void {
  scope.emit("charge.dispute.funds_withdrawn", dispute);
  for (const refund of refunds.all(scope)) {
    if (refund.charge !== dispute.charge || refund.status !== "pending") continue;
    const failure_reason = "charge_for_pending_refund_disputed";
    reverseRefund(scope, refund, { status: "failed", failure_reason });
  }
}
