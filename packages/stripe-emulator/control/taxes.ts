import { Hono } from "hono";
import { z } from "zod";
import { readBody } from "./request.ts";
import type { Engine } from "../engine/engine.ts";
import { setTaxPercent } from "../resources/tax-rate.ts";

const taxBody = z.strictObject({ percent: z.number().min(0).max(100).multipleOf(0.001) });

/**
 * The control that sets the rate of the automatic tax, for amounts that are computed afterwards.
 */
export function taxControls(engine: Engine): Hono {
  const app = new Hono();
  app.post("/tax", async (c) => {
    const { percent } = await readBody(c, taxBody);
    setTaxPercent(engine.scope(), percent);
    engine.store.flush();
    return c.json({ percent });
  });
  return app;
}
