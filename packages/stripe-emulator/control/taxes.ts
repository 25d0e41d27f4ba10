import { Hono } from "hono";
import { z } from "zod";
import { readBody } from "./request.ts";
import type { Engine } from "../engine/engine.ts";
import { setTaxActive, setTaxPercent } from "../resources/tax-rate.ts";

const taxBody = z.strictObject({
  percent: z.number().min(0).max(100).multipleOf(0.001).optional(),
  active: z.boolean().optional(),
});

/**
 * `POST /_emulator/tax` sets the rate of the automatic tax and whether Stripe Tax is set up. A new
 * rate applies to amounts that are computed afterwards.
 */
export function taxControls(engine: Engine): Hono {
  const app = new Hono();
  app.post("/tax", async (c) => {
    const { percent, active } = await readBody(c, taxBody);
    if (percent !== undefined) setTaxPercent(engine.scope(), percent);
    if (active !== undefined) setTaxActive(engine.scope(), active);
    engine.store.flush();
    return c.json({ percent, active });
  });
  return app;
}
