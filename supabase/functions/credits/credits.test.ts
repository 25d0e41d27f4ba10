import assert from "node:assert/strict";
import { ApiError } from "../_shared/core/errors.ts";
import { makeFake } from "#support/fakes/services.ts";
import { OTHER_USER_ID, SECRET_KEY, USER_ID } from "#support/project.ts";
import { GRANT_ID, HOLD_ID } from "#support/samples/database.ts";
import { headersOf, OF_A_USER, send } from "#support/cases/routes.ts";

const KEY = { "idempotency-key": "key-1" };

Deno.test("a user reads their own account", async () => {
  const fake = await makeFake();
  await (await send(fake, "GET", "/credits", { as: "user" })).text();
  await (await send(fake, "GET", "/credits/entries", { as: "user" })).text();
  await (await send(fake, "GET", `/credits/holds/${HOLD_ID}`, { as: "user" })).text();
  for (const { args } of fake.calls) assert.equal(args.p_user_id, USER_ID);
});

Deno.test("a user cannot name a user in a read", async () => {
  for (const path of OF_A_USER) {
    const fake = await makeFake();
    const answer = await send(fake, "GET", `${path}?user_id=${OTHER_USER_ID}`, { as: "user" });
    assert.equal(answer.status, 400, path);
    assert.equal((await answer.json()).error.field, "user_id");
    assert.deepEqual(fake.names(), []);
  }
});

Deno.test("an operator reads the named user, or without a name their own account", async () => {
  for (const path of OF_A_USER) {
    const fake = await makeFake();
    for (const query of [`?user_id=${OTHER_USER_ID}`, ""]) {
      const answer = await send(fake, "GET", path + query, { as: "operator" });
      assert.equal(answer.status, 200, `${path}: ${await answer.text()}`);
    }
    assert.deepEqual(fake.calls.map(({ args }) => args.p_user_id), [OTHER_USER_ID, USER_ID], path);
    const authors = new Set(fake.calls.map(({ args }) => args.p_author));
    assert.deepEqual([...authors], [`operator:${USER_ID}`], path);
  }
});

Deno.test("an operator cannot start a job for a user", async () => {
  const body = { user_id: OTHER_USER_ID, type: "report", input: { from: "x" } };
  const fake = await makeFake();
  const answer = await send(fake, "POST", "/jobs", { as: "operator", headers: KEY, body });
  assert.equal(answer.status, 400);
  assert.deepEqual(fake.names(), []);
});

Deno.test("an operator who names another user imposes a cap, and otherwise sets their own", async () => {
  const cases = [
    [{ user_id: OTHER_USER_ID }, OTHER_USER_ID, `operator:${USER_ID}`],
    [{ user_id: USER_ID }, USER_ID, "owner"],
    [{}, USER_ID, "owner"],
  ] as const;
  for (const [named, user, author] of cases) {
    for (
      const [more, name] of [[{}, "spend_caps_set"], [{ dry_run: true }, "spend_caps_preview"]]
    ) {
      const fake = await makeFake();
      const body = { ...named, ...more as object, daily: "5" };
      const parts = { as: "operator", headers: KEY, body } as const;
      const answer = await send(fake, "POST", "/credits/spend-cap", parts);
      assert.equal(answer.status, 200, await answer.text());
      assert.deepEqual(fake.names(), [name]);
      const { p_user_id, p_author } = fake.calls.at(-1)!.args;
      assert.deepEqual([p_user_id, p_author], [user, author]);
    }
  }
});

Deno.test("a cap on another user needs the second factor, and a user's own cap none", async () => {
  const refusing = () => Promise.reject(new ApiError("mfa_required"));
  const capAs = async (role: "operator" | "member", body: object) => {
    const fake = await makeFake({ answers: { mfa_check: refusing } });
    const token = await fake.project.sign({ claims: { app_metadata: { role }, aal: "aal1" } });
    const headers = { ...KEY, authorization: `Bearer ${token}` };
    const sent = { as: "publishable", headers, body: { ...body, daily: "5" } } as const;
    const answer = await send(fake, "POST", "/credits/spend-cap", sent);
    await answer.body?.cancel();
    return [answer.status, fake.names()];
  };
  assert.deepEqual(await capAs("operator", { user_id: OTHER_USER_ID }), [403, ["mfa_check"]]);
  assert.deepEqual(await capAs("operator", {}), [200, ["spend_caps_set"]]);
  assert.deepEqual(await capAs("member", {}), [200, ["spend_caps_set"]]);
  assert.deepEqual(await capAs("member", { user_id: OTHER_USER_ID }), [400, []]);
});

Deno.test("only an operator and a secret key see the names of authors", async () => {
  const query = `/credits/entries?user_id=${OTHER_USER_ID}`;
  for (
    const [as, path] of [["operator", query], ["secret", query], [
      "user",
      "/credits/entries",
    ]] as const
  ) {
    const fake = await makeFake();
    await (await send(fake, "GET", path, { as })).text();
    assert.equal(fake.calls[0]?.args.p_with_names, as !== "user", as);
  }
});

Deno.test("a secret key must name the user", async () => {
  for (const path of OF_A_USER) {
    const fake = await makeFake();
    const silent = await send(fake, "GET", path, { as: "secret" });
    assert.equal(silent.status, 400, path);
    assert.equal((await silent.json()).error.field, "user_id");
    await (await send(fake, "GET", `${path}?user_id=${OTHER_USER_ID}`, { as: "secret" })).text();
    assert.deepEqual(fake.calls.map(({ args }) => args.p_user_id), [OTHER_USER_ID], path);
  }
});

Deno.test("with a user's token and a secret key, the user's token decides", async () => {
  const fake = await makeFake();
  const headers = { ...await headersOf("user", fake), apikey: SECRET_KEY };
  const path = `/credits?user_id=${OTHER_USER_ID}`;
  assert.equal((await send(fake, "GET", path, { headers })).status, 400);
  const body = { user_id: OTHER_USER_ID, amount: "1", reason: "x" };
  const debit = await send(fake, "POST", "/credits/debits", {
    headers: { ...headers, ...KEY },
    body,
  });
  assert.equal(debit.status, 201, await debit.text());
});

Deno.test("operators and back ends read the hold, order, job or booking of any user", async () => {
  for (const as of ["user", "operator", "secret"] as const) {
    const fake = await makeFake();
    for (const path of ["/credits/holds", "/checkout/orders", "/jobs", "/bookings"]) {
      await (await send(fake, "GET", `${path}/${HOLD_ID}`, { as })).text();
    }
    const owner = as === "user" ? USER_ID : undefined;
    assert.deepEqual(
      fake.calls.map(({ args }) => args.p_user_id ?? undefined),
      Array(4).fill(owner),
    );
  }
});

Deno.test("a balance of a past moment is requested by its time", async () => {
  const fake = await makeFake();
  await (await send(fake, "GET", "/credits?at=2026-11-01T00:00:00%2B01:00", { as: "user" })).text();
  assert.equal(fake.calls[0]?.args.p_at, "2026-11-01T00:00:00+01:00");
});

Deno.test("entries are listed by their filters, with the cursor of the next page", async () => {
  const answers = { credits_entries: () => ({ entries: [], next_before: "41" }) };
  const fake = await makeFake({ answers });
  const query = "kind=usage&from=2026-11-01T00:00:00Z&to=2026-11-02T00:00:00Z&limit=5&cursor=90";
  const answer = await send(fake, "GET", `/credits/entries?${query}`, { as: "user" });
  assert.equal((await answer.json()).metadata.nextCursor, "41");
  assert.deepEqual(fake.calls[0]?.args, {
    p_user_id: USER_ID,
    p_kind: "usage",
    p_from: "2026-11-01T00:00:00Z",
    p_to: "2026-11-02T00:00:00Z",
    p_with_names: false,
    p_before_seq: "90",
    p_limit: 5,
    p_author: "owner",
  });
});

Deno.test("a hold is for an amount or for an estimate, not for both or neither", async () => {
  const estimate = { model: "gpt-4o", input_tokens: 10, max_output_tokens: 20 };
  const bodies: readonly [Record<string, unknown>, number][] = [
    [{ amount: "5" }, 201],
    [{ estimate }, 201],
    [{ amount: "5", estimate }, 400],
    [{}, 400],
    [{ amount: "5", ttl_seconds: 86_400 }, 201],
    [{ amount: "5", ttl_seconds: 86_401 }, 400],
    [{ amount: "5", ttl_seconds: 0 }, 400],
  ];
  for (const [body, status] of bodies) {
    const fake = await makeFake();
    const answer = await send(fake, "POST", "/credits/holds", {
      as: "secret",
      headers: KEY,
      body: { user_id: USER_ID, ...body },
    });
    assert.equal(answer.status, status, JSON.stringify(body));
  }
});

Deno.test("a hold expires after ten minutes unless the request sets another time", async () => {
  const fake = await makeFake();
  const body = { user_id: USER_ID, amount: "5" };
  await (await send(fake, "POST", "/credits/holds", { as: "secret", headers: KEY, body })).text();
  assert.equal(fake.calls[0]?.args.p_ttl_seconds, 600);
});

Deno.test("a settlement passes its usage and its correlation id as separate arguments", async () => {
  const usage = { model: "gpt-4o", input_tokens: 10, output_tokens: 20, event_id: "e" };
  const fake = await makeFake();
  const answer = await send(fake, "POST", `/credits/holds/${HOLD_ID}/settle`, {
    as: "secret",
    headers: KEY,
    body: { usage: { ...usage, correlation_id: "job-7" } },
  });
  assert.equal(answer.status, 200, await answer.text());
  const { p_amount, p_usage, p_correlation_id } = fake.calls[0]!.args;
  assert.deepEqual({ p_amount, p_usage, p_correlation_id }, {
    p_amount: undefined,
    p_usage: usage,
    p_correlation_id: "job-7",
  });
});

Deno.test("a release takes no body or an empty one", async () => {
  const path = `/credits/holds/${HOLD_ID}/release`;
  for (const body of [undefined, "", {}]) {
    const answer = await send(await makeFake(), "POST", path, { as: "secret", headers: KEY, body });
    assert.equal(answer.status, 200, await answer.text());
  }
  const answer = await send(await makeFake(), "POST", path, {
    as: "secret",
    headers: KEY,
    body: { amount: "1" },
  });
  assert.equal((await answer.json()).error.field, "amount");
});

Deno.test("a pending grant is confirmed by one address and declined by the other", async () => {
  for (const [decision, isConfirmed] of [["confirm", true], ["decline", false]] as const) {
    const fake = await makeFake();
    const path = `/credits/grants/${GRANT_ID}/${decision}`;
    const answer = await send(fake, "POST", path, { as: "operator", headers: KEY });
    assert.equal(answer.status, 200, await answer.text());
    const { p_grant_id, p_confirm } = fake.calls[0]!.args;
    assert.deepEqual([p_grant_id, p_confirm], [GRANT_ID, isConfirmed]);
  }
});

Deno.test("an operator grants, with a token or a secret key", async () => {
  const body = {
    user_id: OTHER_USER_ID,
    amount: "5",
    source: "adjustment",
    expires_at: "2027-01-01T00:00:00Z",
    priority: 10,
    reason: "sorry",
  };
  for (const as of ["operator", "secret"] as const) {
    const fake = await makeFake();
    const answer = await send(fake, "POST", "/credits/grants", { as, headers: KEY, body });
    assert.equal(answer.status, 201, await answer.text());
    const { p_user_id, p_amount, p_source, p_expires_at, p_priority, p_reason } =
      fake.calls[0]!.args;
    assert.deepEqual(
      { p_user_id, p_amount, p_source, p_expires_at, p_priority, p_reason },
      Object.fromEntries(Object.entries(body).map(([name, value]) => [`p_${name}`, value])),
    );
  }
});
