import { Hono } from "hono";
import { z } from "zod";
import { readBody } from "./request.ts";
import type { Engine } from "../engine/engine.ts";
import { noteMethod } from "../payments/saved-methods.ts";
import { paymentMethods } from "../resources/payment-methods.ts";
import { behaviourNames } from "../resources/test-cards.ts";

const behaviourBody = z.strictObject({ behaviour: z.enum(behaviourNames) });

/** The control that sets what a saved card does from now on, for example that its payments fail. */
export function paymentMethodControls(engine: Engine): Hono {
  const app = new Hono();
  app.post("/payment_methods/:id/behaviour", async (c) => {
    const { behaviour } = await readBody(c, behaviourBody);
    const scope = engine.scope();
    const { id } = paymentMethods.get(scope, c.req.param("id"));
    noteMethod(scope, id, { behaviour });
    engine.store.flush();
    return c.json({ id, behaviour });
  });
  return app;
}
