import { Hono } from "hono";
import { z } from "zod";
import { readBody } from "./request.ts";
import type { Engine } from "../engine/engine.ts";

const faultBody = z.strictObject({
  method: z.enum(["GET", "POST", "DELETE"]).optional(),
  path: z.string().startsWith("/v1/").optional(),
  times: z.int().min(1).max(10_000).optional(),
  delay_ms: z.int().min(1).max(60_000).optional(),
  status: z.union([z.literal(429), z.int().min(500).max(599)]).optional(),
  hang: z.boolean().optional(),
  after: z.boolean().optional(),
});

/**
 * Requests under `/_emulator` that plan faults of later API requests, and that clear these faults.
 */
export function faultControls(engine: Engine): Hono {
  const app = new Hono();
  app.post("/faults", async (c) => {
    engine.faults.add(await readBody(c, faultBody));
    return c.json({ planned: true });
  });
  app.delete("/faults", (c) => {
    engine.faults.clear();
    return c.json({ planned: false });
  });
  return app;
}
