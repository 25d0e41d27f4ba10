import assert from "node:assert/strict";
import { ApiError } from "../core/errors.ts";
import { makeFake } from "#support/fakes/services.ts";
import { checkMode } from "./stripe-mode.ts";

async function refusalOf(error: ApiError): Promise<ApiError> {
  const { services } = await makeFake({ answers: { mode_check: () => Promise.reject(error) } });
  return await checkMode(services.database, "live").then(
    () => assert.fail("the mode was accepted"),
    (refused) => refused,
  );
}

Deno.test("a database asks for the mode of the key", async () => {
  for (const [mode, p_livemode] of [["test", false], ["live", true]] as const) {
    const fake = await makeFake();
    await checkMode(fake.services.database, mode);
    assert.deepEqual(fake.calls, [{ name: "mode_check", args: { p_livemode } }]);
  }
});

Deno.test("a key of the other mode than the database is not ready, and both are named", async () => {
  const details = { database: "test" };
  const refused = await refusalOf(new ApiError("mode_mismatch", { details }));
  assert.equal(refused.code, "not_ready");
  assert.match(refused.internal ?? "", /STRIPE_SECRET_KEY is live, the database is test/);
});

Deno.test("an unavailable database is not reported as one of another mode", async () => {
  assert.equal(
    (await refusalOf(new ApiError("upstream_unavailable"))).code,
    "upstream_unavailable",
  );
});
