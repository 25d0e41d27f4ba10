import assert from "node:assert/strict";
import { sha256 } from "../_shared/core/hash.ts";
import { ApiError } from "../_shared/core/errors.ts";
import { BLOCK_ID, WARNING_ID } from "#support/samples/fraud.ts";
import { type Fake, makeFake } from "#support/fakes/services.ts";
import { USER_ID } from "#support/project.ts";
import { send } from "#support/cases/routes.ts";

const KEY = { "idempotency-key": "key-1" };

function post(fake: Fake, path: string, body: Record<string, unknown>) {
  return send(fake, "POST", path, { as: "operator", headers: KEY, body });
}

async function argsOf(path: string, body: Record<string, unknown>) {
  const fake = await makeFake();
  const answer = await post(fake, path, body);
  assert.ok(answer.ok, await answer.text());
  return fake.calls[0]!.args;
}

const block = (kind: string, value: string) => ({ kind, value, reason: "stolen cards" });

Deno.test("a blocked user, address and card reach the database in the form that it stores", async () => {
  const ipHash = sha256("203.0.113.7");
  const cases: [kind: string, value: string, subject: string][] = [
    ["user", USER_ID.toUpperCase(), USER_ID],
    ["ip", "203.0.113.7", ipHash],
    ["ip", "::ffff:203.0.113.7", ipHash],
    ["ip", "2001:db8:1:2:3::4", sha256("2001:db8:1:2::/64")],
    ["ip", ipHash, ipHash],
    ["card", "Xt5EWLLDS7FJjR1c", sha256("Xt5EWLLDS7FJjR1c")],
  ];
  for (const [kind, value, subject] of cases) {
    const args = await argsOf("/fraud/blocked", block(kind, value));
    assert.deepEqual([args.p_kind, args.p_subject], [kind, subject]);
    assert.match(String(args.p_author), /^operator:[0-9a-f-]{36}$/);
  }
});

Deno.test("a value that does not fit its kind is refused with its field", async () => {
  const cases: [kind: string, value: string][] = [
    ["user", "203.0.113.7"],
    ["ip", USER_ID],
    ["ip", "203.0.113.0/24"],
    ["ip", "example.com"],
    ["card", "4242 4242 4242 4242"],
  ];
  for (const [kind, value] of cases) {
    const fake = await makeFake();
    const answer = await post(fake, "/fraud/blocked", block(kind, value));
    assert.equal(answer.status, 400, value);
    assert.equal((await answer.json()).error.field, "value");
    assert.deepEqual(fake.names(), []);
  }
});

Deno.test("decisions are listed by user and outcome, from a cursor", async () => {
  const fake = await makeFake();
  const query = `user_id=${USER_ID}&outcome=refuse&cursor=9&limit=1`;
  const answer = await send(fake, "GET", `/fraud/decisions?${query}`, { as: "operator" });
  assert.equal((await answer.json()).metadata.nextCursor, "7");
  assert.deepEqual(fake.calls[0]?.args, {
    p_author: `operator:${USER_ID}`,
    p_user_id: USER_ID,
    p_outcome: "refuse",
    p_before: "9",
    p_limit: 1,
  });
  for (const bad of ["outcome=maybe", "user_id=1", "cursor=x", "state=open"]) {
    const refused = await send(fake, "GET", `/fraud/decisions?${bad}`, { as: "operator" });
    assert.equal(refused.status, 400, bad);
  }
});

Deno.test("an unknown block cannot be lifted", async () => {
  const error = new ApiError("not_found", { field: "id" });
  const fake = await makeFake({ answers: { fraud_blocks_remove: () => Promise.reject(error) } });
  const path = `/fraud/blocked/${BLOCK_ID}`;
  assert.equal((await send(fake, "DELETE", path, { as: "operator" })).status, 404);
  assert.equal((await send(fake, "DELETE", path, { as: "user" })).status, 403);
});

Deno.test("a warning is cleared by its id, with a reason and an author", async () => {
  const args = await argsOf(`/fraud/warnings/${WARNING_ID}/clear`, { reason: "was called" });
  assert.deepEqual([args.p_warning_id, args.p_reason], [WARNING_ID, "was called"]);
  assert.match(String(args.p_author), /^operator:/);
  const fake = await makeFake();
  assert.equal((await post(fake, "/fraud/warnings/a%20b/clear", { reason: "x" })).status, 400);
});

Deno.test("only the named limits are changed, within their bounds", async () => {
  const changes = { sessions_per_ip_hour: 100, early_fraud_warning: "refund" };
  assert.deepEqual((await argsOf("/fraud/policy", changes)).p_changes, changes);
  const bad = [{}, { sessions_per_ip_hour: 0 }, { users_per_card_day: 1.5 }, { other: 1 }];
  for (const body of [...bad, { early_fraud_warning: "ignore" }]) {
    const fake = await makeFake();
    const answer = await post(fake, "/fraud/policy", body);
    assert.equal(answer.status, 400, JSON.stringify(body));
    assert.deepEqual(fake.names(), []);
  }
});
