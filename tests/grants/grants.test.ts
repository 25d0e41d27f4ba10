/**
 * T40 in docs/reference/traps.md: who may grant credits, how a grant names its author, and which
 * grants need a second operator.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { z } from "@hono/zod-openapi";
import {
  Debit,
  Entry,
  Grant,
  RecordedGrant,
} from "../../supabase/functions/_shared/contracts/credits.ts";
import { proven, withSql } from "../support/project/database.ts";
import {
  type Answer,
  backEnd,
  type Caller,
  data,
  get,
  post,
  refused,
} from "../support/project/http.ts";
import { type Person, signUp, signUpOperator, signUpWith } from "../support/project/people.ts";
import { balanceOf } from "../support/money/purchases.ts";
import { changePolicy } from "../support/money/bookings.ts";
import { untilDayHasAMinute } from "../support/project/utc-day.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();
const MUCH = "100000.5"; // above the ceiling of one grant
const Entries = z.array(Entry);

// All operators together have a daily ceiling. Grants of other tests and of earlier runs on this
// stack count towards it, so this file raises the ceiling.
await changePolicy(world, { grant_ceiling_day: "1000000000000" });

function grant(as: Caller, to: string, amount: string, more = {}): Promise<Answer> {
  const body = { user_id: to, amount, source: "adjustment", reason: "an outage", ...more };
  return post(world, "credits/grants", as, body);
}

function decide(as: Caller, id: string, decision: "confirm" | "decline"): Promise<Answer> {
  return post(world, `credits/grants/${id}/${decision}`, as, {});
}

async function pendingGrant(by: Person, to: Person): Promise<string> {
  return data(await grant(by.as, to.id, MUCH), 202, RecordedGrant).grant_id;
}

Deno.test("T40: an operator can't grant to themselves or confirm their own grant", async () => {
  const [ops, pat, person] = [
    await signUpOperator(world),
    await signUpOperator(world),
    await signUp(world),
  ];
  const own = refused(await grant(ops.as, ops.id, "1000000"), 403, "grant_not_allowed");
  equal(own.details?.limit, "self");
  const id = await pendingGrant(ops, person);
  equal((await balanceOf(world, person.id)).balance, "0");
  const limitOf = async (as: Caller) =>
    refused(await decide(as, id, "confirm"), 403, "grant_not_allowed").details?.limit;
  deepEqual([await limitOf(ops.as), await limitOf(backEnd(world))], ["same_operator", "key"]);
  refused(await decide(person.as, id, "confirm"), 403, "forbidden");
  const granted = data(await decide(pat.as, id, "confirm"), 200, RecordedGrant);
  deepEqual([granted.status, granted.requested_by, granted.decided_by], [
    "granted",
    `operator:${ops.id}`,
    `operator:${pat.id}`,
  ]);
  equal((await balanceOf(world, person.id)).balance, MUCH);
  refused(await decide(pat.as, id, "decline"), 409, "grant_not_pending");
  await proven(world);
});

Deno.test("T40: users see the kind of author and no operator's id; a secret key sees the id", async () => {
  const [ops, person] = [await signUpOperator(world), await signUpWith(world, "5")];
  data(await grant(ops.as, person.id, "10"), 201, Grant);
  const own = await get(world, "credits/entries", person.as);
  deepEqual(data(own, 200, Entries).map(({ author }) => author), ["operator", "key"]);
  const csv = await get(world, "credits/entries?format=csv", person.as);
  const view = await person.dataApi.from("credit_entries").select("*");
  for (const text of [own.text, csv.text, JSON.stringify(view.data)]) {
    ok(!text.includes(ops.id), text);
  }
  ok(view.data!.length === 2 && !("author" in view.data![0]), "the data API shows no author");
  const whole = await get(world, `credits/entries?user_id=${person.id}`, backEnd(world));
  deepEqual(data(whole, 200, Entries).map(({ author }) => author), [
    `operator:${ops.id}`,
    "key:default",
  ]);
  refused(await get(world, "credits/grants", person.as), 403, "forbidden");
  await proven(world);
});

Deno.test("m12: a demoted operator can't grant or refund with their old token", async () => {
  const [ops, person] = [await signUpOperator(world), await signUp(world)];
  data(await grant(ops.as, person.id, "10"), 201, Grant);
  await withSql(
    world,
    (sql) =>
      sql`update auth.users set raw_app_meta_data = raw_app_meta_data - 'role' where id = ${ops.id}`,
  );
  refused(await grant(ops.as, person.id, "10"), 403, "forbidden");
  const refund = { order_id: crypto.randomUUID() };
  refused(await post(world, "refunds", ops.as, refund), 403, "forbidden");
  await proven(world);
});

Deno.test("m2: a reference moves credits once, whatever the idempotency key", async () => {
  const person = await signUp(world);
  const as = backEnd(world);
  const welcome = { reference_id: "welcome", once: true };
  const lot = data(await grant(as, person.id, "100", welcome), 201, Grant);
  deepEqual(data(await grant(as, person.id, "100", welcome), 200, Grant), {
    ...lot,
    duplicate: true,
  });
  const { details } = refused(
    await grant(as, person.id, "200", welcome),
    409,
    "reference_conflict",
  );
  deepEqual(details?.differs, ["amount"]);
  refused(await grant(as, person.id, "1", { once: true }), 400, "invalid_request", "reference_id");
  const body = {
    user_id: person.id,
    amount: "30",
    reason: "invoice",
    reference_id: "inv-1",
    once: true,
  };
  const debits = await Promise.all(
    Array.from({ length: 6 }, () => post(world, "credits/debits", as, body)),
  );
  deepEqual(debits.map(({ status }) => status).sort(), [200, 200, 200, 200, 200, 201]);
  equal(new Set(debits.map((answer) => data(answer, answer.status, Debit).transaction_id)).size, 1);
  equal((await balanceOf(world, person.id)).balance, "70");
  await proven(world);
});

Deno.test("T40: grants at once stay below a daily ceiling, and one confirmation counts", async () => {
  await untilDayHasAMinute();
  const [ops, person] = [await signUpOperator(world), await signUp(world)];
  const others = await Promise.all(Array.from({ length: 4 }, () => signUpOperator(world)));
  const people = await Promise.all(Array.from({ length: 8 }, () => signUp(world)));
  // An operator may grant 500,000 credits a day. That is enough for five of these eight grants; the
  // other three wait for a second operator.
  const answers = await Promise.all(people.map(({ id }) => grant(ops.as, id, "90000")));
  deepEqual(answers.map(({ status }) => status).sort(), [201, 201, 201, 201, 201, 202, 202, 202]);
  const id = await pendingGrant(ops, person);
  const decisions = await Promise.all(others.map(({ as }) => decide(as, id, "confirm")));
  deepEqual(decisions.map(({ status }) => status).sort(), [200, 409, 409, 409]);
  equal((await balanceOf(world, person.id)).balance, MUCH);
  await proven(world);
});
