/** What becomes of a payment, a charge or a refund later, by itself. */
import type { Behaviour } from "./test-cards.ts";
import type { Scope } from "../store/scope.ts";
import { collection } from "../store/collection.ts";

/** How a refund that has not ended yet, or only seems to have, is to end. */
interface RefundPlan {
  /** The refund's id. */
  id: string;
  outcome: "succeeds" | "fails";
  /** Seconds since 1970, or null: only by control. */
  due_at: number | null;
}

export const refundPlans = collection<RefundPlan>("refund_plan");

/** What the test card has in store for a charge after it is paid. */
export interface ChargePlan {
  id: string;
  /** Reason of the dispute to come. */
  dispute?: string | undefined;
  inquiry?: boolean | undefined;
  earlyFraudWarning?: boolean | undefined;
  refund?: Behaviour["refund"];
}

export const chargePlans = collection<ChargePlan>("charge_plan");

/** A payment that is on its way: how it is to end, and when it does so by itself. */
export interface DelayedPayment {
  /** The payment intent's id. */
  id: string;
  outcome: "succeeds" | "fails";
  /** Seconds since 1970, or null: only by control. */
  due_at: number | null;
}

export const delayedPayments = collection<DelayedPayment>("delayed_payment");

/** When something delayed ends by itself, in seconds since 1970, or null: only by control. */
export function dueAt(scope: Scope): number | null {
  const { delayedPaymentMs } = scope.settings;
  if (delayedPaymentMs === undefined) return null;
  return (scope.now().getTime() + delayedPaymentMs) / 1000;
}
