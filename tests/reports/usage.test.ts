/**
 * The usage report shows charges that were made over HTTP, as JSON and as CSV, and agrees with the ledger.
 */
import { deepEqual, equal } from "node:assert/strict";
import { z } from "@hono/zod-openapi";
import { ChatAnswer } from "../../supabase/functions/_shared/contracts/ai.ts";
import { Grant } from "../../supabase/functions/_shared/contracts/credits.ts";
import { reportOf } from "../../supabase/functions/_shared/contracts/reports/report.ts";
import { UsageRow } from "../../supabase/functions/_shared/contracts/reports/usage.ts";
import { proven, withSql } from "../support/project/database.ts";
import { backEnd, type Caller, data, get, post, refused } from "../support/project/http.ts";
import { signUp, signUpOperator } from "../support/project/people.ts";
import { untilDayHasAMinute } from "../support/project/utc-day.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();
const Usage = reportOf(UsageRow);

/**
 * No other test uses this feature. Earlier runs of this test on the same stack may have used it, so
 * the test compares the figures before and after its charges.
 */
const FEATURE = "test of the report";

async function readUsage(as: Caller, query: string): Promise<z.output<typeof Usage>> {
  return data(await get(world, `reports/usage?${query}`, as), 200, Usage);
}

/** Charges 1,000 input tokens and 500 output tokens of gpt-4o, which cost 50 credits. */
async function charge(user_id: string): Promise<void> {
  const body = { user_id, model: "gpt-4o", input_tokens: 1000, output_tokens: 500 };
  const answer = await post(world, "usage", backEnd(world), {
    ...body,
    metadata: { feature: FEATURE },
  });
  equal(answer.status, 201);
}

Deno.test("the report of usage shows charges with their cost, and agrees with the ledger", async () => {
  await untilDayHasAMinute();
  const [ops, person] = [await signUpOperator(world), await signUp(world)];
  const ofFeature = async () => {
    const { rows, controls } = await readUsage(ops.as, "group_by=feature");
    deepEqual([...new Set(controls.map(({ difference }) => difference))], ["0"]);
    const row = rows.find(({ feature }) => feature === FEATURE);
    return [
      row?.charges,
      row?.input_tokens,
      row?.output_tokens,
      row?.credits,
      row?.provider_cost_usd,
      row?.margin_usd,
    ].map((each) => Number(each ?? 0));
  };
  const before = await ofFeature();
  const grant = { user_id: person.id, amount: "1000", source: "promotional", reason: "test" };
  data(await post(world, "credits/grants", backEnd(world), grant), 201, Grant);
  await charge(person.id);
  await charge(person.id);
  const chat = { model: "gpt-4o", messages: [{ role: "user", content: "Hello" }] };
  const { usage, credits } = data(
    await post(world, "ai/chat", person.as, chat),
    200,
    ChatAnswer,
  );
  await withSql(world, (sql) => sql`select farthing.seal()`);

  const added = (await ofFeature()).map((each, nr) => Number((each - before[nr]!).toFixed(6)));
  deepEqual(added, [2, 2000, 1000, 100, 0.025, 0.075]);

  const own = await readUsage(ops.as, `group_by=origin&user_id=${person.id}`);
  deepEqual(
    own.rows.map(({ origin, charges, input_tokens, output_tokens, credits }) => ({
      origin,
      charges,
      input_tokens,
      output_tokens,
      credits,
    })),
    [
      { origin: "caller", charges: 2, input_tokens: 2000, output_tokens: 1000, credits: "100" },
      {
        origin: "chat",
        charges: 1,
        input_tokens: usage.input_tokens,
        output_tokens: usage.output_tokens,
        credits,
      },
    ],
  );
  equal(own.controls.every(({ difference }) => difference === "0"), true);
  await withSql(world, async (sql) => {
    const reads = await sql`select author from farthing.customer_reads
      where route = 'GET /reports/usage' and author = ${`operator:${ops.id}`}`;
    equal(reads.length, 1);
  });
  await proven(world);
});

Deno.test("the CSV of usage has the figures of the JSON", async () => {
  const ops = await signUpOperator(world);
  const { rows, totals, to } = await readUsage(ops.as, "group_by=day,model,origin");
  const csv = await get(
    world,
    `reports/usage?group_by=day,model,origin&format=csv&to=${to}`,
    ops.as,
  );
  const [header = "", ...lines] = csv.text.trimEnd().split("\r\n");
  const keys = header.replace("day (UTC)", "day").split(",").slice(1);
  const toLine = (record: string, each: object) =>
    [record, ...keys.map((key) => (each as Record<string, unknown>)[key] ?? "")].join(",");
  deepEqual(lines, [
    ...rows.map((each) => toLine("row", each)),
    ...totals.map((each) => toLine("total", each)),
  ]);
});

Deno.test("a user can't read the report of usage", async () => {
  const person = await signUp(world);
  refused(await get(world, "reports/usage", person.as), 403, "forbidden");
});
