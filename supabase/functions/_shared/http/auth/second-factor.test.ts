import assert from "node:assert/strict";
import { ApiError } from "../../core/errors.ts";
import type { Mode } from "../../core/stripe-variables.ts";
import { type Fake, makeFake } from "#support/fakes/services.ts";
import { PUBLISHABLE_KEY } from "#support/project.ts";
import { ROUTE_CASES, type RouteCase, sendCase } from "#support/cases/routes.ts";

const OF_OPERATORS = ROUTE_CASES.filter(({ allowed }) =>
  allowed.includes("operator") && !allowed.includes("user")
);
const CHANGES = OF_OPERATORS.filter(({ method }) => method !== "GET");
const OTHERS = ROUTE_CASES.filter((route) =>
  route.allowed.includes("operator") && !CHANGES.includes(route)
);

/** Makes a fake whose database requires a second factor. */
function strict(stripeMode: Mode | null = "test"): Promise<Fake> {
  const mfa_check = () => Promise.reject(new ApiError("mfa_required"));
  return makeFake({ answers: { mfa_check }, overrides: { stripeMode } });
}

/** Sends a sample request of the route as an operator whose token has this level of assurance. */
async function sendWith(aal: string | undefined, fake: Fake, route: RouteCase) {
  const claims = { app_metadata: { role: "operator" }, ...(aal !== undefined && { aal }) };
  const headers = {
    apikey: PUBLISHABLE_KEY,
    authorization: `Bearer ${await fake.project.sign({ claims })}`,
  };
  return await sendCase(fake, route, { as: "publishable", headers });
}

Deno.test("every change by an operator needs the second factor that the policy requires", async () => {
  assert(CHANGES.length > 25, `${CHANGES.length}`);
  for (const route of CHANGES) {
    for (const aal of [undefined, "aal1"]) {
      const fake = await strict();
      const answer = await sendWith(aal, fake, route);
      const { error } = await answer.json();
      assert.deepEqual([answer.status, error.code], [403, "mfa_required"], route.path);
      assert.match(error.message, /supabase\.auth\.mfa/);
      assert.deepEqual(fake.names(), ["mfa_check"], route.path);
    }
  }
});

Deno.test("a change with a second factor asks for no policy", async () => {
  for (const route of CHANGES) {
    const fake = await strict();
    const answer = await sendWith("aal2", fake, route);
    assert.equal(answer.status, route.status, `${route.path}: ${await answer.text()}`);
    assert.deepEqual(fake.names(), route.reaches);
  }
});

Deno.test("a change without a second factor is made if the policy requires none", async () => {
  for (const route of CHANGES) {
    const fake = await makeFake();
    const answer = await sendWith("aal1", fake, route);
    assert.equal(answer.status, route.status, `${route.path}: ${await answer.text()}`);
    assert.deepEqual(fake.names(), ["mfa_check", ...route.reaches]);
  }
});

Deno.test("secret keys need no second factor", async () => {
  for (const route of CHANGES) {
    const fake = await strict();
    const answer = await sendCase(fake, route, { as: "secret" });
    assert.equal(answer.status, route.status, `${route.path}: ${await answer.text()}`);
    assert.deepEqual(fake.names(), route.reaches);
  }
});

Deno.test("reads by operators, and what they do as users, need no second factor", async () => {
  for (const route of OTHERS) {
    const fake = await strict();
    const answer = await sendWith("aal1", fake, route);
    assert.equal(answer.status, route.status, `${route.path}: ${await answer.text()}`);
    assert(!fake.names().includes("mfa_check"), route.path);
  }
});

Deno.test("the policy is asked with the mode of Stripe's key", async () => {
  const modes = [["live", true], ["test", false], [null, false]] as const;
  for (const [mode, p_livemode] of modes) {
    const fake = await strict(mode);
    await (await sendWith("aal1", fake, CHANGES[0]!)).body?.cancel();
    assert.deepEqual(fake.calls, [{ name: "mfa_check", args: { p_livemode } }]);
  }
});
