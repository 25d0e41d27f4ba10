/** The report of key figures counts purchases and requests that were made over HTTP. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { KpiRow } from "../../supabase/functions/_shared/contracts/reports/kpis.ts";
import { reportOf } from "../../supabase/functions/_shared/contracts/reports/report.ts";
import { buy } from "../support/money/purchases.ts";
import { data, get, refused } from "../support/project/http.ts";
import { signUp, signUpOperator } from "../support/project/people.ts";
import { untilDayHasAMinute } from "../support/project/utc-day.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();
const Kpis = reportOf(KpiRow);

Deno.test("the report of key figures counts a purchase, as JSON and as CSV", async () => {
  await untilDayHasAMinute();
  const [ops, buyer] = [await signUpOperator(world), await signUp(world)];
  const rowOf = async (name: string) => {
    const { rows } = data(await get(world, "reports/kpis", ops.as), 200, Kpis);
    return rows.find((row) => row.name === name && row.label === null);
  };
  const before = await rowOf("time_to_first_dollar_p95");
  await buy(world, buyer);
  const after = await rowOf("time_to_first_dollar_p95");
  ok(after!.samples > before!.samples);
  ok(Number(after!.value) > 0);
  deepEqual([after!.unit, after!.target], ["s", null]);
  equal((await rowOf("webhook_applied"))?.target, "0.95");

  const csv = await get(world, "reports/kpis", { ...ops.as, accept: "text/csv" });
  const [header = "", ...lines] = csv.text.split("\r\n");
  equal(header, "record,name,day (UTC),label,value,unit,target,samples,formula");
  ok(lines.some((line) => line.startsWith("row,time_to_first_dollar_p95,,,")));
});

Deno.test("a user can't read the report of key figures", async () => {
  const person = await signUp(world);
  refused(await get(world, "reports/kpis", person.as), 403, "forbidden");
});
