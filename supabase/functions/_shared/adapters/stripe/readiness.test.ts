import assert from "node:assert/strict";
import { paymentsAt, refusalOf, withStripe } from "#support/fakes/stripe-server.ts";

Deno.test("Stripe accepts our key when it answers with a balance", async () => {
  await withStripe(() => Response.json({ object: "balance" }), async (url, seen) => {
    await paymentsAt(url).readBalance();
    assert.deepEqual(seen.map(({ path }) => path), ["/v1/balance"]);
  });
});

Deno.test("any other answer does not show that Stripe accepts our key", async () => {
  await withStripe(() => Response.json({ object: "list" }), async (url) => {
    const error = await refusalOf(paymentsAt(url).readBalance());
    assert.deepEqual([error.code, error.status], ["upstream_unavailable", 502]);
  });
});
