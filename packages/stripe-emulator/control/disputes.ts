import { Hono } from "hono";
import { z } from "zod";
import { paidCharge, readBody } from "./request.ts";
import type { Engine } from "../engine/engine.ts";
import { MAXIMUM_AMOUNT } from "../payments/check-amount.ts";
import { moveDispute, openDispute, updateDispute } from "../payments/disputes.ts";
import { disputes } from "../resources/disputes.ts";

const REASONS = [
  "bank_cannot_process",
  "credit_not_processed",
  "debit_not_authorized",
  "duplicate",
  "fraudulent",
  "general",
  "insufficient_funds",
  "product_not_received",
  "product_unacceptable",
  "subscription_canceled",
  "unrecognized",
] as const;

const openBody = z.strictObject({
  /** The amount in minor units, which may exceed the payment. Default: the whole payment. */
  amount: z.int().min(1).max(MAXIMUM_AMOUNT).optional(),
  reason: z.enum(REASONS).default("fraudulent"),
  inquiry: z.boolean().default(false),
  prevented: z.enum(["resolution", "block"]).optional(),
});

const moveBody = z.union([
  z.strictObject({
    outcome: z.enum(["won", "lost", "under_review", "escalate", "warning_closed", "appeal"]),
  }),
  /** The new status, which may be any word, such as one that Stripe adds later. No money moves. */
  z.strictObject({ status: z.string().regex(/^[a-z_]{1,64}$/) }),
]);

/** Requests under `/_emulator` that open a dispute and change its status. */
export function disputeControls(engine: Engine): Hono {
  const app = new Hono();
  app.post("/payments/:id/dispute", async (c) => {
    const { amount, ...request } = await readBody(c, openBody);
    const scope = engine.scope();
    const charge = paidCharge(scope, c.req.param("id"));
    const dispute = openDispute(scope, charge, { ...request, amount: amount ?? charge.amount });
    engine.store.flush();
    return c.json(dispute);
  });
  app.post("/disputes/:id/settle", async (c) => {
    const wanted = await readBody(c, moveBody);
    const scope = engine.scope();
    const dispute = disputes.get(scope, c.req.param("id"));
    const moved = "outcome" in wanted
      ? moveDispute(scope, dispute, wanted.outcome)
      : updateDispute(scope, dispute, wanted);
    engine.store.flush();
    return c.json(moved);
  });
  return app;
}
