import assert from "node:assert/strict";
import { ApiError } from "./core/errors.ts";
import type { Env } from "./core/env.ts";
import { checkMode, keySetFrom, paymentsFrom, verifierFrom } from "./services.ts";
import { countedMetrics } from "#support/fakes/counted-metrics.ts";
import { makeFake } from "#support/fakes/services.ts";
import { makeProject, PROJECT_URL, PUBLISHABLE_KEY } from "#support/project.ts";

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

Deno.test("a token of either address of the project is accepted, and of no other", async () => {
  const project = await makeProject();
  const env = {
    SUPABASE_URL: "http://kong:8000",
    FARTHING_PUBLIC_URL: PROJECT_URL,
    SUPABASE_JWKS: { keys: [project.publicJwk] },
    SUPABASE_PUBLISHABLE_KEYS: { default: PUBLISHABLE_KEY },
    SUPABASE_SECRET_KEYS: {},
  } as unknown as Env;
  const verify = verifierFrom(env, keySetFrom(env, countedMetrics()));
  const issuedBy = async (url: string) => {
    const token = await project.sign({ claims: { iss: `${url}/auth/v1` } });
    return verify(new Headers({ apikey: PUBLISHABLE_KEY, authorization: `Bearer ${token}` }));
  };
  assert.equal((await issuedBy(PROJECT_URL)).user?.kind, "user");
  assert.equal((await issuedBy("http://kong:8000")).user?.kind, "user");
  await assert.rejects(issuedBy("http://elsewhere:8000"), { code: "unauthenticated" });
});

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
