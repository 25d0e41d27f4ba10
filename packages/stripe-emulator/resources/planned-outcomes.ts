/** Outcomes that happen later, without a request: those of payments, charges and refunds. */
import type { Behaviour } from "./test-cards.ts";
import type { Scope } from "../store/scope.ts";
import { collection } from "../store/collection.ts";

/** The planned outcome of a refund that is pending, or that first succeeds and then fails. */
interface RefundPlan {
  /** The refund's id. */
  id: string;
  outcome: "succeeds" | "fails";
  /**
   * When the refund ends, in seconds since 1970; null if only a request to a control endpoint
   * under /_emulator ends it.
   */
  due_at: number | null;
}

export const refundPlans = collection<RefundPlan>("refund_plan");

/** The effects of a test card on a charge after the payment, such as a dispute. */
export interface ChargePlan {
  id: string;
  /** The reason of the later dispute. */
  dispute?: string | undefined;
  inquiry?: boolean | undefined;
  earlyFraudWarning?: boolean | undefined;
  refund?: Behaviour["refund"];
}

export const chargePlans = collection<ChargePlan>("charge_plan");

/**
 * How and when a delayed payment ends. A request to a control endpoint under /_emulator can end the
 * payment earlier.
 */
export interface DelayedPayment {
  /** The payment intent's id. */
  id: string;
  outcome: "succeeds" | "fails";
  /**
   * When the payment ends, in seconds since 1970; null if only a request to a control endpoint
   * under /_emulator ends it.
   */
  due_at: number | null;
}

export const delayedPayments = collection<DelayedPayment>("delayed_payment");

/**
 * Returns when a delayed outcome happens by itself, in seconds since 1970; null if only a request
 * to a control endpoint under /_emulator causes it.
 */
export function dueAt(scope: Scope): number | null {
  const { delayedPaymentMs } = scope.settings;
  if (delayedPaymentMs === undefined) return null;
  return (scope.now().getTime() + delayedPaymentMs) / 1000;
}
