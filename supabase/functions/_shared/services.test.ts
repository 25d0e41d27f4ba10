import assert from "node:assert/strict";
import { ApiError } from "./core/errors.ts";
import type { Env } from "./core/env.ts";
import { paymentsFrom } from "./services.ts";
import { countedMetrics } from "#support/fakes/counted-metrics.ts";
import { makeFake } from "#support/fakes/services.ts";

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

for (const missing of ["STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET"]) {
  Deno.test(`Stripe's adapter is not made without ${missing}`, async () => {
    const { services } = await makeFake({ answers: { mode_check: () => ({ livemode: false }) } });
    const env = {
      STRIPE_SECRET_KEY: "sk_test_1",
      STRIPE_WEBHOOK_SECRET: ["whsec_1"],
      [missing]: undefined,
    };
    const payments = paymentsFrom(env as unknown as Env, services.database, countedMetrics());
    await assert.rejects(payments(), {
      code: "not_ready",
      internal: `Environment incomplete: ${missing}`,
    });
  });
}
