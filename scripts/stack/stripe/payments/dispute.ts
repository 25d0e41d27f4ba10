import type Stripe from "stripe";
import { invalidRequest } from "../http/errors.ts";
import { changed } from "../objects.ts";
import {
  balanceTransactions,
  bookMovement,
  type Movement,
} from "../resources/balance-transactions.ts";
import { charges } from "../resources/charges.ts";
import { disputes } from "../resources/disputes.ts";
import { refunds } from "../resources/refunds.ts";
import type { Scope } from "../scope.ts";
import { settleWarnings } from "./fraud-warning.ts";
import { newDispute } from "./new-dispute.ts";
import { takeBackRefund } from "./refund.ts";

type Dispute = Stripe.Dispute;
type Charge = Stripe.Charge;

/** What Stripe takes for a dispute, in minor units of any currency. */
const DISPUTE_FEE = 1_500;

/** Disputed amounts may differ from the payment, also upwards: exchange rates, parts of an order. */
export interface DisputeWish {
  amount: number;
  reason: string;
  /** The bank only asks; no money moves. */
  inquiry: boolean;
}

/** How a dispute can go on. */
export type DisputeEnd = "won" | "lost" | "under_review" | "escalate" | "warning_closed";

const INQUIRY = ["warning_needs_response", "warning_under_review"];
const CHARGEBACK = ["needs_response", "under_review"];

const FROM: Record<DisputeEnd, string[]> = {
  won: CHARGEBACK,
  lost: CHARGEBACK,
  under_review: ["needs_response", "warning_needs_response"],
  escalate: INQUIRY,
  warning_closed: INQUIRY,
};

export function isClosed({ status }: Dispute): boolean {
  return ["won", "lost", "warning_closed"].includes(status);
}

export function isInquiry({ status }: Dispute): boolean {
  return INQUIRY.includes(status);
}

/** The buyer's bank disputes a charge, or inquires about it. */
export function openDispute(scope: Scope, charge: Charge, wish: DisputeWish): Dispute {
  const made = disputes.put(scope, newDispute(scope, charge, wish));
  charges.update(scope, charge, { disputed: true });
  const dispute = wish.inquiry ? made : withdraw(scope, made);
  scope.emit("charge.dispute.created", dispute);
  if (!wish.inquiry) tellOfWithdrawal(scope, dispute);
  settleWarnings(scope, charge.id);
  return dispute;
}

/** Moves a dispute on, with the money that moves by it and Stripe's events. */
export function moveDispute(scope: Scope, dispute: Dispute, end: DisputeEnd): Dispute {
  if (!FROM[end].includes(dispute.status)) {
    throw invalidRequest(`A dispute that is ${dispute.status} cannot go on to: ${end}.`);
  }
  if (end === "under_review") return review(scope, dispute);
  if (end === "escalate") return escalate(scope, dispute);
  return close(scope, dispute, end);
}

function review(scope: Scope, dispute: Dispute): Dispute {
  const status = isInquiry(dispute) ? "warning_under_review" : "under_review";
  return updateDispute(scope, dispute, { status });
}

/** Changes a dispute that stays open, and tells so. */
export function updateDispute(scope: Scope, before: Dispute, changes: Partial<Dispute>): Dispute {
  const after = disputes.update(scope, before, changes);
  scope.emit("charge.dispute.updated", after, changed(before, after));
  return after;
}

function escalate(scope: Scope, dispute: Dispute): Dispute {
  if (charges.get(scope, String(dispute.charge)).refunded) {
    throw invalidRequest("The charge is refunded in full: the bank has nothing left to claim.");
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
  tellOfWithdrawal(scope, withdrawn);
  return withdrawn;
}

function close(scope: Scope, before: Dispute, status: "won" | "lost" | "warning_closed"): Dispute {
  const after = disputes.update(scope, before, {
    status,
    is_charge_refundable: status !== "lost",
    ...(status === "won" && {
      balance_transactions: [...before.balance_transactions, bookReturn(scope, before)],
    }),
  });
  const previous = changed(before, after);
  if (status === "won") scope.emit("charge.dispute.funds_reinstated", after, previous);
  scope.emit("charge.dispute.closed", after, previous);
  return after;
}

/** Takes the disputed amount and Stripe's fee out of the balance. */
function withdraw(scope: Scope, dispute: Dispute): Dispute {
  const transaction = book(scope, dispute, {
    amount: -dispute.amount,
    fee: DISPUTE_FEE,
    feeDescription: "Dispute fee",
    reporting_category: "dispute",
    description: `Chargeback withdrawal for ${dispute.charge}`,
  });
  return disputes.update(scope, dispute, { balance_transactions: [transaction] });
}

/** What is won comes back with the fee. */
function bookReturn(scope: Scope, dispute: Dispute): Stripe.BalanceTransaction {
  return book(scope, dispute, {
    amount: dispute.amount,
    fee: -DISPUTE_FEE,
    feeDescription: "Dispute fee refund",
    reporting_category: "dispute_reversal",
    description: `Chargeback reversal for ${dispute.charge}`,
  });
}

function book(
  scope: Scope,
  { id, currency }: Dispute,
  movement: Pick<
    Movement,
    "amount" | "fee" | "feeDescription" | "reporting_category" | "description"
  >,
): Stripe.BalanceTransaction {
  const whole = { ...movement, currency, source: id, type: "adjustment", availableAtOnce: true };
  return balanceTransactions.get(scope, bookMovement(scope, whole).id);
}

/** The bank has taken the money itself: refunds of the charge that are on their way end failed. */
function tellOfWithdrawal(scope: Scope, dispute: Dispute): void {
  scope.emit("charge.dispute.funds_withdrawn", dispute);
  for (const refund of refunds.all(scope)) {
    if (refund.charge !== dispute.charge || refund.status !== "pending") continue;
    const failure_reason = "charge_for_pending_refund_disputed";
    takeBackRefund(scope, refund, { status: "failed", failure_reason });
  }
}
