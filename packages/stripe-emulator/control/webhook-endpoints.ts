import { Hono } from "hono";
import { z } from "zod";
import { readBody } from "./request.ts";
import type { Engine } from "../engine/engine.ts";
import { deleteEndpoint, ensureEndpoint } from "../resources/webhook-endpoints.ts";

const endpointBody = z.strictObject({
  url: z.url(),
  enabled_events: z.array(z.string()).min(1).optional(),
  secret: z.string().min(1).optional(),
  description: z.string().optional(),
  api_version: z.string().optional(),
  disabled: z.boolean().optional(),
});

/**
 * Requests under `/_emulator` for webhook endpoints. One registers an endpoint, or changes the
 * endpoint with the same URL. The other removes an endpoint.
 */
export function webhookEndpointControls(engine: Engine): Hono {
  const app = new Hono();
  app.post("/webhook_endpoints", async (c) => {
    const endpoint = ensureEndpoint(engine.scope(), await readBody(c, endpointBody));
    engine.store.flush();
    return c.json(endpoint);
  });
  app.delete("/webhook_endpoints/:id", (c) => {
    const answer = deleteEndpoint(engine.scope(), c.req.param("id"));
    engine.store.flush();
    return c.json(answer);
  });
  return app;
}
