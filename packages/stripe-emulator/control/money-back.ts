import { Hono } from "hono";
import { z } from "zod";
import type { Engine } from "../engine.ts";
import { invalidRequest } from "../http/errors.ts";
import {
  askForDetails,
  completeRefund,
  takeBackRefund,
  USUAL_FAILURE,
} from "../payments/refund.ts";
import { refundPlans, refunds } from "../resources/refunds.ts";
import { readBody } from "./body.ts";
import { disputeControls } from "./disputes.ts";
import { fraudWarningControls } from "./fraud-warnings.ts";
import { payoutControls } from "./payouts.ts";

/** Stripe's reasons for a refund that did not reach the buyer. */
const FAILURE_REASONS = [
  "lost_or_stolen_card",
  "expired_or_canceled_card",
  "charge_for_pending_refund_disputed",
  "insufficient_funds",
  "declined",
  "merchant_request",
  "unknown",
] as const;

const refundBody = z.strictObject({
  outcome: z.enum(["succeeds", "fails", "requires_action"]).optional(),
  failure_reason: z.enum(FAILURE_REASONS).default(USUAL_FAILURE),
});

/** From which states a refund can go where. */
const REFUND_ENDS: Record<string, string[]> = {
  succeeds: ["pending", "requires_action"],
  fails: ["pending", "requires_action", "succeeded"],
  requires_action: ["pending"],
};

/** Controls over money that leaves the balance: refunds, disputes, warnings of them, payouts. */
export function moneyBackControls(engine: Engine): Hono {
  const app = new Hono();
  app.post("/refunds/:id/settle", async (c) => {
    const { outcome: wanted, failure_reason } = await readBody(c, refundBody);
    const scope = engine.scope();
    const refund = refunds.get(scope, c.req.param("id"));
    const outcome = wanted ?? refundPlans.find(scope, refund.id)?.outcome ?? "succeeds";
    if (!REFUND_ENDS[outcome]?.includes(refund.status ?? "")) {
      throw invalidRequest(`A refund that is ${refund.status} cannot go on to: ${outcome}.`);
    }
    const act = {
      succeeds: () => completeRefund(scope, refund),
      fails: () => takeBackRefund(scope, refund, { status: "failed", failure_reason }),
      requires_action: () => askForDetails(scope, refund),
    };
    const after = act[outcome]();
    engine.store.flush();
    return c.json(after);
  });
  app.route("/", disputeControls(engine));
  app.route("/", fraudWarningControls(engine));
  app.route("/", payoutControls(engine));
  return app;
}
