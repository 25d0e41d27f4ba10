import { Hono } from "hono";
import { z } from "zod";
import { readBody } from "./request.ts";
import { invalidRequest } from "../core/errors.ts";
import type { Engine } from "../engine/engine.ts";
import {
  askForDetails,
  completeRefund,
  reverseRefund,
  USUAL_FAILURE,
} from "../payments/refunds.ts";
import { refundPlans } from "../resources/planned-outcomes.ts";
import { refunds } from "../resources/refunds.ts";

/** Stripe's reasons for a failed refund. */
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

/** For each outcome, the states from which a refund can reach it. */
const REFUND_ENDS: Record<string, string[]> = {
  succeeds: ["pending", "requires_action"],
  fails: ["pending", "requires_action", "succeeded"],
  requires_action: ["pending"],
};

/** The request under `/_emulator` that ends a refund, or makes it wait for the buyer. */
export function refundControls(engine: Engine): Hono {
  const app = new Hono();
  app.post("/refunds/:id/settle", async (c) => {
    const { outcome: wanted, failure_reason } = await readBody(c, refundBody);
    const scope = engine.scope();
    const refund = refunds.get(scope, c.req.param("id"));
    const outcome = wanted ?? refundPlans.find(scope, refund.id)?.outcome ?? "succeeds";
    const allowed = REFUND_ENDS[outcome] ?? [];
    if (!allowed.includes(refund.status ?? "")) {
      throw invalidRequest(
        `For the outcome ${outcome}, the refund's status must be ${
          allowed.join(" or ")
        }, but it is ` +
          `${refund.status}.`,
      );
    }
    const act = {
      succeeds: () => completeRefund(scope, refund),
      fails: () => reverseRefund(scope, refund, { status: "failed", failure_reason }),
      requires_action: () => askForDetails(scope, refund),
    };
    const after = act[outcome]();
    engine.store.flush();
    return c.json(after);
  });
  return app;
}
