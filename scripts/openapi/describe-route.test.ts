import assert from "node:assert/strict";
import type { z } from "@hono/zod-openapi";
import { debitCredits, readBalance } from "../../supabase/functions/credits/routes.ts";
import { startCheckout } from "../../supabase/functions/checkout/start-checkout.ts";
import { readLive, readTasks } from "../../supabase/functions/health/routes.ts";
import { readJob } from "../../supabase/functions/jobs/read-job.ts";
import { sendNotification } from "../../supabase/functions/send-notification/send-notification.ts";
import type { Route } from "../../supabase/functions/_shared/http/route/define-route.ts";
import { describeRoute } from "./describe-route.ts";

/** Returns the HTTP statuses that the OpenAPI document lists for one error code. */
function statusesOf(route: Route, code: string): string[] {
  return Object.entries(describeRoute("f", route).responses)
    .filter(([, response]) => (response as { description: string }).description.includes(code))
    .map(([status]) => status);
}

Deno.test("upstream_unavailable is listed with 502 for a route that calls Stripe, and not for others", () => {
  assert.deepEqual(statusesOf(startCheckout, "upstream_unavailable"), ["502", "503"]);
  assert.deepEqual(statusesOf(readBalance, "upstream_unavailable"), ["503"]);
});

/** Returns the headers that a request may carry; required headers are marked. */
function headersOf(route: Route): string[] {
  const headers = describeRoute("f", route).request?.headers as z.ZodObject | undefined;
  return Object.entries(headers?.shape ?? {})
    .map(([name, schema]) => schema.safeParse(undefined).success ? name : `${name} (required)`);
}

Deno.test("a request lists its required and optional headers", () => {
  assert.deepEqual(headersOf(startCheckout), ["idempotency-key (required)"]);
  assert.deepEqual(headersOf(sendNotification), ["idempotency-key"]);
  assert.deepEqual(headersOf(readJob), ["if-none-match"]);
  assert.deepEqual(headersOf(readBalance), []);
});

Deno.test("a request lists its required body, or no body", () => {
  const bodyOf = (route: Route) => describeRoute("f", route).request.body;
  const content = { "application/json": { schema: startCheckout.body } };
  assert.deepEqual(bodyOf(startCheckout), { required: true, content });
  assert.equal(bodyOf(readBalance), undefined);
});

Deno.test("a checkout can be paid before it is answered, and the document says so", () => {
  const schema = startCheckout.responses[201]!;
  const fields = (schema as unknown as { shape: { status: { options: string[] } } }).shape;
  assert.deepEqual(fields.status.options, ["pending", "processing", "paid"]);
});

Deno.test("a route is listed for each of its audiences", () => {
  const tagsOf = (name: string, route: Route) => describeRoute(name, route).tags;
  assert.deepEqual(tagsOf("checkout", startCheckout), ["Browser"]);
  assert.deepEqual(tagsOf("credits", debitCredits), ["Back end"]);
  assert.deepEqual(tagsOf("credits", readBalance), ["Browser", "Back end", "Operator"]);
  assert.deepEqual(tagsOf("send-notification", sendNotification), ["Platform"]);
  assert.deepEqual(tagsOf("health", readLive), ["Platform"]);
  assert.deepEqual(tagsOf("health", readTasks), ["Operator"]);
});

Deno.test("the first credentials of a route are those that every project has", () => {
  const schemesOf = (name: string, route: Route) =>
    describeRoute(name, route).security.map((each) => Object.keys(each).join("+"));
  const token = "publishableKey+userToken";
  assert.deepEqual(schemesOf("checkout", startCheckout), [token]);
  assert.deepEqual(schemesOf("credits", readBalance), [token, "secretKey"]);
  assert.deepEqual(schemesOf("health", readTasks), ["secretKey", token]);
});
