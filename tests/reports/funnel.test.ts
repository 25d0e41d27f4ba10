/** The funnel report counts refusals and purchases that were made over HTTP. */
import { deepEqual, ok } from "node:assert/strict";
import { FunnelRow } from "../../supabase/functions/_shared/contracts/reports/funnel.ts";
import { reportOf } from "../../supabase/functions/_shared/contracts/reports/report.ts";
import { buy } from "../support/money/purchases.ts";
import { proven, withSql } from "../support/project/database.ts";
import { backEnd, data, get, post, refused } from "../support/project/http.ts";
import { signUp, signUpOperator } from "../support/project/people.ts";
import { untilDayHasAMinute } from "../support/project/utc-day.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();
const Funnel = reportOf(FunnelRow);

/**
 * Returns the number of this user's requests that the funnel counts as refused for lack of credits:
 * one number for each day.
 */
function refusalsOf(userId: string): Promise<number[]> {
  return withSql(world, async (sql) => {
    const rows = await sql<{ refusals: number }[]>`select refusals from farthing.refusal_days
      where account_id = farthing.account_for(${userId})`;
    return rows.map(({ refusals }) => refusals);
  });
}

Deno.test("refusals of a user and of the back end are counted, and the purchase after them", async () => {
  await untilDayHasAMinute();
  const [ops, person] = [await signUpOperator(world), await signUp(world)];
  const totals = async () =>
    data(await get(world, "reports/funnel", ops.as), 200, Funnel).totals[0];
  const before = await totals();

  const chat = { model: "gpt-4o", messages: [{ role: "user", content: "Hello" }] };
  refused(await post(world, "ai/chat", person.as, chat), 402, "insufficient_credits");
  const usage = { user_id: person.id, model: "gpt-4o", input_tokens: 1000, output_tokens: 0 };
  const key = crypto.randomUUID();
  for (let attempt = 1; attempt <= 2; attempt++) {
    const answer = await post(world, "usage", backEnd(world), usage, { key });
    refused(answer, 402, "insufficient_credits");
  }
  deepEqual(await refusalsOf(person.id), [2]);
  await buy(world, person);

  const after = await totals();
  const grew = (name: "refusals" | "refused_accounts" | "first_purchases_after_refusal" | "paid") =>
    (after?.[name] ?? 0) - (before?.[name] ?? 0);
  ok(grew("refusals") >= 2);
  ok(grew("refused_accounts") >= 1);
  ok(grew("first_purchases_after_refusal") >= 1);
  ok(grew("paid") >= 1);
  await proven(world);
});

Deno.test("a user can't read the report of the funnel", async () => {
  const person = await signUp(world);
  refused(await get(world, "reports/funnel", person.as), 403, "forbidden");
});
