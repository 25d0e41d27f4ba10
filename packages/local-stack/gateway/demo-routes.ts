/**
 * `PUT /stack/demo`: receives the result of a finished demo. The page at the gateway's root shows
 * it.
 */
import { Hono } from "hono";
import type { Keys } from "../core/keys.ts";
import { DemoResult } from "../stack/demo-result.ts";
import { roleOfKey } from "./callers.ts";

export function demoRoutes(store: (result: DemoResult) => Promise<void>, keys: Keys): Hono {
  const app = new Hono();
  app.put("/stack/demo", async (c) => {
    const role = roleOfKey(c.req.header("apikey") ?? "", keys);
    if (role !== "service_role") {
      return c.json({ message: "Send the secret key in the header `apikey`." }, 401);
    }
    const { success, data, error } = DemoResult.safeParse(await c.req.json().catch(() => null));
    if (!success) return c.json({ message: error.message }, 400);
    await store(data);
    return c.body(null, 204);
  });
  return app;
}
