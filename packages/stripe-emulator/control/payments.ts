import { Hono } from "hono";
import { z } from "zod";
import { settlePayment } from "../checkout/pay.ts";
import { readBody } from "./request.ts";
import type { Engine } from "../engine/engine.ts";
import { paymentIntents } from "../resources/payment-intents.ts";
import { delayedPayments } from "../resources/planned-outcomes.ts";

const settleBody = z.strictObject({ outcome: z.enum(["succeeds", "fails"]).optional() });

/** The request under `/_emulator` that ends a delayed payment before its time. */
export function paymentControls(engine: Engine): Hono {
  const app = new Hono();
  app.post("/payments/:id/settle", async (c) => {
    const { outcome } = await readBody(c, settleBody);
    const scope = engine.scope();
    const delayed = delayedPayments.get(scope, c.req.param("id"));
    const intent = paymentIntents.get(scope, delayed.id);
    const settled = settlePayment(scope, intent, outcome ?? delayed.outcome);
    engine.store.flush();
    return c.json(settled);
  });
  return app;
}
