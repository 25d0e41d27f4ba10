import { Hono } from "hono";
import { z } from "zod";
import { readBody } from "./request.ts";
import { invalidRequest } from "../core/errors.ts";
import { changed, defined } from "../core/objects.ts";
import type { Engine } from "../engine/engine.ts";
import { noteMethod } from "../payments/saved-methods.ts";
import { paymentMethods } from "../resources/payment-methods.ts";
import { behaviourNames } from "../resources/test-cards.ts";

const behaviourBody = z.strictObject({ behaviour: z.enum(behaviourNames) });

const cardBody = z.strictObject({
  last4: z.string().regex(/^\d{4}$/).optional(),
  exp_month: z.int().min(1).max(12).optional(),
  exp_year: z.int().min(2000).max(2100).optional(),
});

/**
 * Requests under `/_emulator` that change a saved card. One changes its behaviour, for example so
 * that its later payments fail. The other replaces the card but not the payment method, as when a
 * bank has issued a new card.
 */
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
  app.post("/payment_methods/:id/automatic_update", async (c) => {
    const changes = defined(await readBody(c, cardBody));
    const scope = engine.scope();
    const before = paymentMethods.get(scope, c.req.param("id"));
    if (!before.card) {
      throw invalidRequest("Only a card can be updated; this payment method is not a card.");
    }
    const after = paymentMethods.update(scope, before, { card: { ...before.card, ...changes } });
    scope.emit("payment_method.automatically_updated", after, changed(before, after));
    engine.store.flush();
    return c.json({ id: after.id });
  });
  return app;
}
