import assert from "node:assert/strict";
import { readBalance } from "../../credits/read-balance.ts";
import { startCheckout } from "../../checkout/start-checkout.ts";
import type { Route } from "./define-route.ts";
import { describeRoute } from "./openapi.ts";

/** The statuses that the document lists for one code. */
function statusesOf(route: Route, code: string): string[] {
  return Object.entries(describeRoute("f", route).responses)
    .filter(([, response]) => (response as { description: string }).description.includes(code))
    .map(([status]) => status);
}

Deno.test("upstream_unavailable is 502 as well where Stripe is asked, and only there", () => {
  assert.deepEqual(statusesOf(startCheckout, "upstream_unavailable"), ["502", "503"]);
  assert.deepEqual(statusesOf(readBalance, "upstream_unavailable"), ["503"]);
});

Deno.test("a checkout can be paid before it is answered, and the document says so", () => {
  const schema = startCheckout.responses[201]!;
  const fields = (schema as unknown as { shape: { status: { options: string[] } } }).shape;
  assert.deepEqual(fields.status.options, ["pending", "processing", "paid"]);
});
