import assert from "node:assert/strict";
import { ApiError } from "../_shared/core/errors.ts";
import { PACKAGES_BODY } from "#support/cases/settings.ts";
import { makeFake } from "#support/fakes/services.ts";
import { send } from "#support/cases/routes.ts";

const KEY = { "idempotency-key": "key-1" };

function post(fake: Awaited<ReturnType<typeof makeFake>>, more: Record<string, unknown> = {}) {
  const body = { ...PACKAGES_BODY, ...more };
  return send(fake, "POST", "/settings/packages", { as: "operator", headers: KEY, body });
}

Deno.test("a list of packages reaches the database with its defaults, version and reason", async () => {
  const fake = await makeFake();
  const { data } = await (await post(fake)).json();
  assert.equal(data.dry_run, false);
  const { p_packages, p_version, p_reason, p_dry_run } = fake.calls[0]!.args;
  const [starter] = PACKAGES_BODY.packages;
  assert.deepEqual(p_packages, [{ ...starter, highlight: false, sort: 0, bonus_credits: "0" }]);
  assert.deepEqual([p_version, p_reason, p_dry_run], ["4711", "a new price", false]);
});

Deno.test("a dry run is passed on", async () => {
  const fake = await makeFake();
  const { data } = await (await post(fake, { dry_run: true, reason: undefined })).json();
  assert.equal(data.dry_run, true);
  assert.equal(fake.calls[0]?.args.p_dry_run, true);
});

Deno.test("a list for an older version gets 409, and the refusal is not stored", async () => {
  const error = new ApiError("version_conflict", { details: { version: "4712" } });
  const fake = await makeFake({ answers: { settings_packages_set: () => Promise.reject(error) } });
  const answer = await post(fake);
  assert.equal(answer.status, 409);
  const body = await answer.json();
  assert.deepEqual([body.error.code, body.error.details.version], ["version_conflict", "4712"]);
  assert.deepEqual(fake.names(), ["settings_packages_set"]);
});

Deno.test("a change of the policy says whether its caller showed a second factor", async () => {
  const callers = [["operator", "aal2", true], ["operator", "aal1", false], [
    "secret",
    "",
    false,
  ]] as const;
  for (const [as, aal, p_has_second_factor] of callers) {
    const fake = await makeFake({ overrides: { stripeMode: "live" } });
    const claims = { app_metadata: { role: "operator" }, aal };
    const token = { authorization: `Bearer ${await fake.project.sign({ claims })}` };
    const headers = { ...KEY, ...as === "operator" && token };
    const body = { changes: { operator_mfa: "required" }, version: "4711", reason: "x" };
    const answer = await send(fake, "POST", "/settings/policy", { as, headers, body });
    assert.equal(answer.status, 200, await answer.text());
    const { args } = fake.calls.at(-1)!;
    assert.deepEqual([args.p_has_second_factor, args.p_livemode], [p_has_second_factor, true]);
  }
});

Deno.test("a list of flags may have 100 items", async () => {
  for (const [length, status] of [[100, 200], [101, 400]] as const) {
    const flags = Array.from({ length }, () => ({ name: "b2c", state: "on" }));
    const body = { flags, version: "4711", reason: "x" };
    const fake = await makeFake();
    const answer = await send(fake, "POST", "/settings/flags", {
      as: "operator",
      headers: KEY,
      body,
    });
    assert.equal(answer.status, status, await answer.text());
  }
});

const [starter] = PACKAGES_BODY.packages;
const REFUSED: [string, Record<string, unknown>][] = [
  ["version", { version: undefined }],
  ["version", { version: "-1" }],
  ["reason", { reason: "" }],
  ["packages", { packages: [] }],
  ["packages", { packages: [starter, starter] }],
  ["packages[0].slug", { packages: [{ ...starter, slug: "New York" }] }],
  ["packages[0].credits", { packages: [{ ...starter, credits: "0" }] }],
  ["packages[0].prices[0].amount", {
    packages: [{ ...starter, prices: [{ currency: "usd", amount: 9.99 }] }],
  }],
];

for (const [field, more] of REFUSED) {
  Deno.test(`a list with ${JSON.stringify(more)} is refused, naming ${field}`, async () => {
    const fake = await makeFake();
    const answer = await post(fake, more);
    assert.equal(answer.status, 400);
    assert.equal((await answer.json()).error.field, field);
    assert.deepEqual(fake.names(), []);
  });
}
