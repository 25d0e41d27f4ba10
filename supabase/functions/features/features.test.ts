import assert from "node:assert/strict";
import type { FeatureSetting } from "../_shared/contracts/database/results/operators.ts";
import { ApiError } from "../_shared/core/errors.ts";
import { makeFake } from "#support/fakes/services.ts";
import { USER_ID } from "#support/project.ts";
import { type Role, send } from "#support/cases/routes.ts";

const SETTINGS: FeatureSetting[] = [
  { name: "b2b", state: "percentage", percentage: 100 },
  { name: "b2c", state: "on", percentage: 0 },
];

Deno.test("a feature for 100 % of users is on for a user and off for an anonymous caller", async () => {
  for (const [as, enabled] of [["user", [true, true]], ["nobody", [false, true]]] as const) {
    const fake = await makeFake({ answers: { features_read: () => SETTINGS } });
    const answer = await send(fake, "GET", "/features", { as });
    const { data } = await answer.json();
    assert.deepEqual(data.map((each: { enabled: boolean }) => each.enabled), enabled, as);
    assert.deepEqual(Object.keys(data[0]), ["name", "enabled"]);
  }
});

Deno.test("the author of a switched feature is recorded", async () => {
  const cases: readonly [Role, string][] = [
    ["operator", `operator:${USER_ID}`],
    ["secret", "key:default"],
  ];
  for (const [as, by] of cases) {
    const fake = await makeFake();
    const body = { state: "percentage", percentage: 12.5 };
    const answer = await send(fake, "POST", "/features/b2b", { as, body });
    assert.equal(answer.status, 200, await answer.text());
    assert.deepEqual(fake.calls[0]?.args, {
      p_name: "b2b",
      p_state: "percentage",
      p_percentage: 12.5,
      p_author: by,
    });
  }
});

Deno.test("a feature or a setting that does not exist is refused with its field", async () => {
  const cases: readonly [string, Record<string, unknown>, string][] = [
    ["b2d", { state: "on" }, "name"],
    ["b2b", {}, "state"],
    ["b2b", { state: "maybe" }, "state"],
    ["b2b", { state: "percentage", percentage: 100.01 }, "percentage"],
    ["b2b", { state: "percentage", percentage: -1 }, "percentage"],
    ["b2b", { state: "percentage", percentage: 0.001 }, "percentage"],
    ["b2b", { state: "percentage", percentage: "5" }, "percentage"],
    ["b2b", { state: "on", users: [] }, "users"],
  ];
  for (const [name, body, field] of cases) {
    const fake = await makeFake();
    const answer = await send(fake, "POST", `/features/${name}`, { as: "operator", body });
    const { error } = await answer.json();
    assert.deepEqual([answer.status, error.code, error.field], [400, "invalid_request", field]);
    assert.deepEqual(fake.names(), []);
  }
});

Deno.test("a checkout of a product that is off is 403 before any other check", async () => {
  const asked: unknown[][] = [];
  const features = {
    isOn: (...args: unknown[]) => {
      asked.push(args);
      return Promise.resolve(false);
    },
  };
  const fake = await makeFake({ overrides: { features } });
  const headers = { "idempotency-key": "key-1" };
  const sent = { as: "user", headers, body: { package_id: "starter" } } as const;
  const answer = await send(fake, "POST", "/checkout", sent);
  const { error } = await answer.json();
  assert.deepEqual([answer.status, error.code, error.type], [403, "feature_disabled", "auth"]);
  assert.deepEqual(asked, [["b2c", USER_ID]]);
  assert.deepEqual(fake.names(), []);
});

Deno.test("while a product is off, its results are readable and its events are received", async () => {
  const features = { isOn: () => Promise.resolve(false) };
  const fake = await makeFake({ overrides: { features } });
  assert.equal((await send(fake, "GET", "/checkout/orders", { as: "user" })).status, 200);
  const headers = { "stripe-signature": "good" };
  const event = await send(fake, "POST", "/stripe-webhook", { headers, body: {} });
  assert.equal(event.status, 200);
});

Deno.test("an anonymous caller gets 401 even if the product is switched off", async () => {
  const features = { isOn: () => Promise.reject(new ApiError("internal")) };
  const fake = await makeFake({ overrides: { features } });
  assert.equal((await send(fake, "POST", "/checkout", { body: {} })).status, 401);
});
