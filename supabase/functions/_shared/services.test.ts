import assert from "node:assert/strict";
import { ApiError } from "./http/errors.ts";
import type { Env } from "./env.ts";
import { paymentsFrom } from "./services.ts";
import { countedMetrics } from "./testing/counted-metrics.ts";
import { makeFake } from "./testing/fake-services.ts";

Deno.test("Stripe's adapter that could not be made once is made by the next request", async () => {
  let asked = 0;
  const mode_check = () => {
    asked += 1;
    if (asked === 1) throw new ApiError("upstream_unavailable");
    return { livemode: false };
  };
  const { services } = await makeFake({ answers: { mode_check } });
  const env = { STRIPE_SECRET_KEY: "sk_test_1", STRIPE_WEBHOOK_SECRET: ["whsec_1"] };
  const payments = paymentsFrom(env as unknown as Env, services.database, countedMetrics());
  await assert.rejects(payments(), { code: "upstream_unavailable" });
  const made = await payments();
  assert.equal(await payments(), made);
  assert.equal(asked, 2);
});
