import { Hono } from "hono";
import { z } from "zod";
import { paidCharge, readBody } from "./request.ts";
import type { Engine } from "../engine/engine.ts";
import { warnOfFraud } from "../payments/fraud-warnings.ts";

const warningBody = z.strictObject({
  fraud_type: z.enum([
    "card_never_received",
    "fraudulent_card_application",
    "made_with_counterfeit_card",
    "made_with_lost_card",
    "made_with_stolen_card",
    "misc",
    "unauthorized_use_of_card",
  ]).default("unauthorized_use_of_card"),
});

/** The request under `/_emulator` that creates an early fraud warning for a payment. */
export function fraudWarningControls(engine: Engine): Hono {
  const app = new Hono();
  app.post("/payments/:id/early_fraud_warning", async (c) => {
    const { fraud_type } = await readBody(c, warningBody);
    const scope = engine.scope();
    const warning = warnOfFraud(scope, paidCharge(scope, c.req.param("id")), fraud_type);
    engine.store.flush();
    return c.json(warning);
  });
  return app;
}
