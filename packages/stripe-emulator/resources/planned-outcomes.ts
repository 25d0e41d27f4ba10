/** The later outcomes of payments, charges and refunds, which happen without a request. */
import type { Behaviour } from "./test-cards.ts";
import type { Scope } from "../store/scope.ts";
import { collection } from "../store/collection.ts";

/** The planned outcome of a refund that is pending, or that succeeds at first and then fails. */
interface RefundPlan {
  /** The refund's id. */
  id: string;
  outcome: "succeeds" | "fails";
  /** Seconds since 1970; null if only a control ends it. */
  due_at: number | null;
}

export const refundPlans = collection<RefundPlan>("refund_plan");

/** The events that a test card causes for a charge after it is paid. */
export interface ChargePlan {
  id: string;
  /** The reason of the later dispute. */
  dispute?: string | undefined;
  inquiry?: boolean | undefined;
  earlyFraudWarning?: boolean | undefined;
  refund?: Behaviour["refund"];
}

export const chargePlans = collection<ChargePlan>("charge_plan");

/** A delayed payment: its outcome, and when it ends without a control. */
export interface DelayedPayment {
  /** The payment intent's id. */
  id: string;
  outcome: "succeeds" | "fails";
  /** Seconds since 1970; null if only a control ends it. */
  due_at: number | null;
}

export const delayedPayments = collection<DelayedPayment>("delayed_payment");

/**
 * Returns when a delayed outcome happens without a control, in seconds since 1970; null if only a
 * control causes it.
 */
export function dueAt(scope: Scope): number | null {
  const { delayedPaymentMs } = scope.settings;
  if (delayedPaymentMs === undefined) return null;
  return (scope.now().getTime() + delayedPaymentMs) / 1000;
}
