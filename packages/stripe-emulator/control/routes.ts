import { type Context, Hono } from "hono";
import { z } from "zod";
import { accountControls } from "./accounts.ts";
import { deliveryControls } from "./deliveries.ts";
import { disputeControls } from "./disputes.ts";
import { faultControls } from "./faults.ts";
import { fraudWarningControls } from "./fraud-warnings.ts";
import { paymentMethodControls } from "./payment-methods.ts";
import { paymentControls } from "./payments.ts";
import { payoutControls } from "./payouts.ts";
import { refundControls } from "./refunds.ts";
import { taxControls } from "./taxes.ts";
import { webhookEndpointControls } from "./webhook-endpoints.ts";
import { readBody } from "./request.ts";
import { ORDER } from "../deliveries/disorder.ts";
import { StripeApiError } from "../core/errors.ts";
import type { Engine } from "../engine/engine.ts";
import { accountVersion, setAccountVersion } from "../resources/api-versions.ts";

const accountBody = z.strictObject({ api_version: z.string() });

const resetBody = z.strictObject({ keep_webhook_endpoints: z.boolean().default(true) });

/**
 * The endpoints under `/_emulator` with which tests control the emulator. Stripe does not have
 * them. They take and return JSON and need no API key.
 */
export function controls(engine: Engine): Hono {
  const app = new Hono().basePath("/_emulator");
  app.onError(explain);
  app.post("/reset", async (c) => {
    const { keep_webhook_endpoints } = await readBody(c, resetBody);
    const except = keep_webhook_endpoints ? ["webhook_endpoint", "webhook_secret"] : [];
    engine.store.clear(except);
    engine.faults.clear();
    engine.courier.disorder = ORDER;
    return c.json({ reset: true });
  });
  app.get("/", (c) => c.json(summary(engine)));
  app.post("/tick", (c) => {
    engine.tick();
    return c.json({ now: engine.scope().now().toISOString() });
  });
  app.post("/account", async (c) => {
    setAccountVersion(engine.scope(), (await readBody(c, accountBody)).api_version);
    engine.store.flush();
    return c.json({ api_version: accountVersion(engine.scope()) });
  });
  const parts = [
    accountControls,
    deliveryControls,
    disputeControls,
    faultControls,
    fraudWarningControls,
    paymentMethodControls,
    paymentControls,
    payoutControls,
    refundControls,
    taxControls,
    webhookEndpointControls,
  ];
  for (const part of parts) app.route("/", part(engine));
  return app;
}

/** Counts the stored objects by kind, and lists the delivery settings and faults in effect. */
function summary(engine: Engine) {
  const { courier, faults, store } = engine;
  return { objects: store.sizes(), disorder: courier.disorder, faults: faults.left() };
}

function explain(error: Error, c: Context): Response {
  const status = error instanceof StripeApiError ? error.status : 500;
  return c.json({ error: { type: "emulator_error", message: error.message } }, status as 400);
}
