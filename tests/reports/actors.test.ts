/** An operator acts over HTTP. The report of actors names each action, as JSON and as CSV. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { parse } from "csv-parse/sync";
import { ActorRow } from "../../supabase/functions/_shared/contracts/reports/actors.ts";
import { reportOf } from "../../supabase/functions/_shared/contracts/reports/report.ts";
import { Block } from "../../supabase/functions/_shared/contracts/fraud.ts";
import { buy } from "../support/money/purchases.ts";
import { proven, withSql } from "../support/project/database.ts";
import { data, get, post, refused, remove } from "../support/project/http.ts";
import { signUp, signUpOperator } from "../support/project/people.ts";
import { until } from "../support/project/until.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();
const Report = reportOf(ActorRow);

Deno.test("the report of actors names what an operator did for a customer", async () => {
  const customer = await signUp(world);
  const { id, as } = await signUpOperator(world);
  const { order_id } = await buy(world, customer);

  const grant = { user_id: customer.id, amount: "12.5", source: "adjustment", reason: "sorry" };
  equal((await post(world, "credits/grants", as, grant)).status, 201);
  for (const amount of [100, 200]) {
    const body = { order_id, amount, reason: "not used" };
    equal((await post(world, "refunds", as, body)).status, 201);
  }
  const block = { kind: "user", value: customer.id, reason: "asked by the customer" };
  const blocked = data(await post(world, "fraud/blocked", as, block), 201, Block);
  equal((await remove(world, `fraud/blocked/${blocked.id}`, as)).status, 200);
  equal((await get(world, `customers/${customer.id}`, as)).status, 200);

  // The UTC day may end during the test, so the test compares the totals and not the rows of one day.
  const from = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
  const query = `reports/actors?from=${from}&actor=operator:${id}`;
  const report = await until("the grant is sealed", async () => {
    await withSql(world, (sql) => sql`select farthing.seal(now())`);
    const found = data(await get(world, query, as), 200, Report);
    return found.rows.some(({ kind }) => kind === "adjustment") ? found : undefined;
  });
  const totals = report.totals.map(({ kind, source, count, credits, amount, currency }) =>
    [kind, source, count, credits, amount, currency].join(" ")
  );
  deepEqual(totals, [
    "adjustment entries 1 12.5  ",
    "block_added audit 1   ",
    "block_lifted audit 1   ",
    "customer_read customer_reads 1   ",
    "refund_requested refunds 2  300 usd",
  ]);
  ok(report.rows.every(({ author }) => author === `operator:${id}`));

  const csv: string[][] = parse((await get(world, `${query}&format=csv`, as)).text);
  const cells = report.rows.map((row) =>
    [
      ...["row", row.day, row.author_kind, row.author, row.kind, row.source, row.count],
      ...[row.credits, row.amount, row.currency],
    ].map((cell) => cell === null ? "" : String(cell))
  );
  deepEqual(csv.filter(([record]) => record === "row"), cells);
  refused(await get(world, query, customer.as), 403, "forbidden");
  await proven(world);
});
