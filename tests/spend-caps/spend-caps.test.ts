/**
 * A daily spend cap over HTTP: who may set the cap, which charges it refuses, and the details of a
 * refusal.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { Debit } from "../../supabase/functions/_shared/contracts/credits.ts";
import { OpenedHold } from "../../supabase/functions/_shared/contracts/holds.ts";
import {
  SpendCap,
  SpendCapPreview,
} from "../../supabase/functions/_shared/contracts/spend-caps.ts";
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
import { signUp, signUpOperator, signUpWith } from "../support/project/people.ts";
import { untilDayHasAMinute } from "../support/project/utc-day.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();
const PATH = "credits/spend-cap";
const as = backEnd(world);

function debit(user_id: string, amount: string, key?: string): Promise<Answer> {
  const body = { user_id, amount, reason: "test" };
  return post(world, "credits/debits", as, body, key === undefined ? {} : { key });
}

Deno.test("T25: a charge beyond the cap is refused, and the 402 names the cap", async () => {
  await untilDayHasAMinute();
  const person = await signUpWith(world, "1000");
  const set = data(await post(world, PATH, person.as, { daily: "100.5" }), 200, SpendCap);
  deepEqual([set.user_id, set.daily, set.spent_today], [person.id, "100.5", "0"]);
  data(await debit(person.id, "60"), 201, Debit);
  const key = crypto.randomUUID();
  for (let time = 0; time < 2; time++) {
    const { details } = refused(await debit(person.id, "40.6", key), 402, "spend_cap_reached");
    const { limit, cap, spent, required, resets_at } = details!;
    deepEqual([limit, cap, spent, required], ["daily_spend_cap", "100.5", "60", "40.6"]);
    equal(resets_at, set.resets_at);
  }
  const short = refused(await debit(person.id, "5000"), 402, "insufficient_credits");
  equal(
    short.details?.limit,
    "balance",
    "if credits are missing, the error names the limit `balance`",
  );
  data(await debit(person.id, "40.5"), 201, Debit);
  equal(data(await get(world, PATH, person.as), 200, SpendCap).spent_today, "100.5");
  await proven(world);
});

Deno.test("held credits count towards the cap, and may still be settled", async () => {
  await untilDayHasAMinute();
  const person = await signUpWith(world, "1000");
  data(await post(world, PATH, as, { user_id: person.id, daily: "100" }), 200, SpendCap);
  const hold = { user_id: person.id, amount: "80" };
  const { hold_id } = data(await post(world, "credits/holds", as, hold), 201, OpenedHold);
  refused(await post(world, "credits/holds", as, hold), 402, "spend_cap_reached");
  refused(await debit(person.id, "21"), 402, "spend_cap_reached");
  const settled = await post(world, `credits/holds/${hold_id}/settle`, as, { amount: "80" });
  equal(settled.status, 200, settled.text);
  data(await debit(person.id, "20"), 201, Debit);
  await proven(world);
});

Deno.test("a cap can be removed, and a new one counts the credits spent today", async () => {
  await untilDayHasAMinute();
  const person = await signUpWith(world, "1000");
  data(await debit(person.id, "70"), 201, Debit);
  equal(data(await get(world, PATH, person.as), 200, SpendCap).daily, null);
  const set = data(await post(world, PATH, person.as, { daily: "100" }), 200, SpendCap);
  equal(set.spent_today, "70");
  refused(await debit(person.id, "31"), 402, "spend_cap_reached");
  data(await post(world, PATH, person.as, { daily: null }), 200, SpendCap);
  data(await debit(person.id, "31"), 201, Debit);
});

Deno.test("a user caps only themselves, and the back end names the user", async () => {
  const [person, other] = [await signUpWith(world, "10"), await signUpWith(world, "10")];
  const body = { user_id: other.id, daily: "1" };
  equal(refused(await post(world, PATH, person.as, body), 400, "invalid_request").field, "user_id");
  const nameless = await post(world, PATH, as, { daily: "1" });
  equal(refused(nameless, 400, "invalid_request").field, "user_id");
  refused(await get(world, `${PATH}?user_id=${other.id}`, person.as), 400, "invalid_request");
  equal(data(await get(world, `${PATH}?user_id=${other.id}`, as), 200, SpendCap).daily, null);
  const nobody = `${PATH}?user_id=${crypto.randomUUID()}`;
  refused(await get(world, nobody, as), 404, "not_found");
});

Deno.test("charges at once stay within the cap", async () => {
  await untilDayHasAMinute();
  const person = await signUpWith(world, "1000");
  data(await post(world, PATH, person.as, { daily: "50" }), 200, SpendCap);
  const answers = await Promise.all(Array.from({ length: 12 }, () => debit(person.id, "10")));
  const taken = answers.filter(({ status }) => status === 201);
  equal(taken.length, 5);
  ok(answers.every((answer) => answer.status === 201 || answer.text.includes("spend_cap_reached")));
  await proven(world);
});

Deno.test("m9: a user can't lift a cap of the back end", async () => {
  await untilDayHasAMinute();
  const person = await signUpWith(world, "1000");
  const capsOf = async (by: Caller, body: Record<string, unknown>) => {
    const { daily, own_daily, imposed_daily } = data(
      await post(world, PATH, by, body),
      200,
      SpendCap,
    );
    return [daily, own_daily, imposed_daily];
  };
  deepEqual(await capsOf(as, { user_id: person.id, daily: "100" }), ["100", null, "100"]);
  deepEqual(await capsOf(person.as, { daily: null }), ["100", null, "100"]);
  deepEqual(await capsOf(person.as, { daily: "900" }), ["100", "900", "100"]);
  refused(await debit(person.id, "101"), 402, "spend_cap_reached");
  deepEqual(await capsOf(person.as, { daily: "50" }), ["50", "50", "100"]);
  refused(await debit(person.id, "51"), 402, "spend_cap_reached");
  deepEqual(await capsOf(as, { user_id: person.id, daily: null }), ["50", "50", null]);
  data(await debit(person.id, "50"), 201, Debit);
  await proven(world);
});

Deno.test("an operator imposes a cap on a customer after a dry run, and removes it again", async () => {
  await untilDayHasAMinute();
  const [person, operator] = [await signUpWith(world, "1000"), await signUpOperator(world)];
  data(await post(world, PATH, person.as, { daily: "80" }), 200, SpendCap);
  data(await debit(person.id, "10"), 201, Debit);
  const body = { user_id: person.id, daily: "30", reason: "spends too fast" };
  const key = crypto.randomUUID();
  const dry = await post(world, PATH, operator.as, { ...body, dry_run: true }, { key });
  const { dry_run: _, ...planned } = data(dry, 200, SpendCapPreview);
  equal(data(await get(world, PATH, person.as), 200, SpendCap).daily, "80");
  const set = data(await post(world, PATH, operator.as, body, { key }), 200, SpendCap);
  deepEqual(set, planned);
  deepEqual([set.daily, set.own_daily, set.imposed_daily, set.spent_today], [
    ...["30", "80", "30", "10"],
  ]);
  refused(await debit(person.id, "21"), 402, "spend_cap_reached");
  const lifted = await post(world, PATH, operator.as, { user_id: person.id, daily: null });
  equal(data(lifted, 200, SpendCap).daily, "80");
  const rows = await withSql(world, (sql) =>
    sql`select a.author, a.reason from farthing.audit a
      where a.table_name = 'spend_caps' and a.author like 'operator:%' and a.row_key =
        (select jsonb_build_object('account_id', account_id) from farthing.accounts
          where owner_id = ${person.id}) order by a.audit_nr`);
  deepEqual(rows.map(({ author, reason }) => [author, reason]), [
    [`operator:${operator.id}`, "spends too fast"],
    [`operator:${operator.id}`, "a daily cap was set"],
  ]);
  await proven(world);
});

Deno.test("an operator who names no user, or themselves, sets a cap that they can lift", async () => {
  const operator = await signUpOperator(world);
  for (const named of [{}, { user_id: operator.id }]) {
    const set = data(await post(world, PATH, operator.as, { ...named, daily: "5" }), 200, SpendCap);
    deepEqual([set.user_id, set.own_daily, set.imposed_daily], [operator.id, "5", null]);
  }
  data(await post(world, PATH, as, { user_id: operator.id, daily: "3" }), 200, SpendCap);
  const lifted = await post(world, PATH, operator.as, { user_id: operator.id, daily: null });
  equal(data(lifted, 200, SpendCap).daily, "3", "the cap that somebody else imposed stays");
});

Deno.test("an operator who lost the role imposes no cap, and sets their own", async () => {
  const [operator, ann] = [await signUpOperator(world), await signUp(world)];
  await withSql(world, (sql) =>
    sql`
    update auth.users set raw_app_meta_data = raw_app_meta_data - 'role' where id = ${operator.id}`);
  for (const dry_run of [true, false]) {
    const body = { user_id: ann.id, daily: "5", dry_run };
    refused(await post(world, PATH, operator.as, body), 403, "forbidden");
  }
  data(await post(world, PATH, operator.as, { daily: "5" }), 200, SpendCap);
});

Deno.test("T40: the audit of a cap names its author, the user or the key, and no SQL role", async () => {
  const person = await signUpWith(world, "10");
  data(await post(world, PATH, person.as, { daily: "100" }), 200, SpendCap);
  data(await post(world, PATH, as, { user_id: person.id, daily: "50" }), 200, SpendCap);
  const rows = await withSql(world, (sql) =>
    sql`select a.table_name, a.author from farthing.audit a
      where a.row_key = (select jsonb_build_object('account_id', account_id) from farthing.accounts
        where owner_id = ${person.id}) order by a.audit_nr`);
  deepEqual(rows.map(({ table_name, author }) => [table_name, author]), [
    ["spend_caps", "owner"],
    ["accounts", "owner"],
    ["spend_caps", "key:default"],
    ["accounts", "key:default"],
  ]);
  await proven(world);
});
