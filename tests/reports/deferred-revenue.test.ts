/**
 * Three reports show a purchase correctly, as JSON and as CSV: the report of credits, the report of
 * liabilities, and the journal.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { withCleanup } from "@farthing/command-line";
import type { z } from "@hono/zod-openapi";
import { CreditRow } from "../../supabase/functions/_shared/contracts/reports/credits.ts";
import { JournalRow } from "../../supabase/functions/_shared/contracts/reports/journal.ts";
import { LiabilityRow } from "../../supabase/functions/_shared/contracts/reports/liabilities.ts";
import { reportOf } from "../../supabase/functions/_shared/contracts/reports/report.ts";
import { buy } from "../support/money/purchases.ts";
import { proven, withSql } from "../support/project/database.ts";
import { backEnd, type Caller, data, get, post, refused } from "../support/project/http.ts";
import { signUp, signUpOperator } from "../support/project/people.ts";
import { until } from "../support/project/until.ts";
import { untilDayHasAMinute } from "../support/project/utc-day.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();

const REPORTS = { credits: CreditRow, liabilities: LiabilityRow, journal: JournalRow } as const;

async function read<Row extends z.ZodObject>(as: Caller, name: string, row: Row) {
  const report = data(await get(world, `reports/${name}`, as), 200, reportOf(row));
  deepEqual(
    report.controls.filter(({ difference }) => difference !== "0"),
    [],
    `the controls of ${name}`,
  );
  return report;
}

const seal = () => withSql(world, (sql) => sql`select farthing.seal()`);

/**
 * No other test sells in this currency. Earlier runs of this test on the same stack may have sold
 * in it, so the test compares the figures before and after its purchase.
 */
const CURRENCY = "dkk";

/** Puts a package of 9,990 credits on sale while `use` runs. */
async function withPackage(use: (name: string) => Promise<void>): Promise<void> {
  const package_id = crypto.randomUUID();
  const name = `Deferred ${package_id}`;
  await withSql(world, (sql) =>
    sql`
    insert into farthing.packages
      (package_id, version, name, amount, currency, credits, bonus_credits)
    values (${package_id}, 1, ${name}, 999, ${CURRENCY}, 9990, 0)`);
  await withCleanup(
    async () => {
      await withSql(
        world,
        (sql) => sql`update farthing.packages set active = false where package_id = ${package_id}`,
      );
    },
    () => use(name),
  );
}

Deno.test("a purchase is deferred revenue until its credits are used", async () => {
  await untilDayHasAMinute();
  const [ops, buyer] = [await signUpOperator(world), await signUp(world)];
  const isOwn = ({ currency }: { currency?: string | undefined }) => currency === CURRENCY;
  const figures = async () => {
    const owed = (await read(ops.as, "liabilities", LiabilityRow)).totals.find(isOwn);
    const { totals } = await read(ops.as, "journal", JournalRow);
    const ofAccount = (account: string) =>
      totals.find((total) => total.account === account && isOwn(total));
    return [
      owed?.purchases,
      owed?.used,
      owed?.closing,
      ofAccount("stripe_balance")?.debit,
      ofAccount("credit_revenue")?.credit,
    ].map((each) => each ?? 0);
  };
  const usedCredits = async () => {
    const { totals } = await read(ops.as, "credits", CreditRow);
    return Number(totals.find(({ source }) => source === "paid")?.used ?? 0);
  };
  const [before, usedBefore] = [await figures(), await usedCredits()];
  await withPackage(async (name) => {
    await buy(world, buyer, name);
  });
  const debit = { user_id: buyer.id, amount: "5000", reason: "test" };
  equal((await post(world, "credits/debits", backEnd(world), debit)).status, 201);
  await seal();
  deepEqual((await figures()).map((each, nr) => each - before[nr]!), [999, 500, 499, 999, 500]);
  // Other tests use fractions of credits. As JavaScript numbers, such sums are rounded, so the
  // difference may not be exactly 5,000.
  ok(await usedCredits() > usedBefore + 4999);
  await proven(world);
});

for (const [name, row] of Object.entries(REPORTS)) {
  Deno.test(`the CSV of ${name} has the figures of the JSON`, async () => {
    const ops = await signUpOperator(world);
    // Other tests may sell something between the reads. So the test reads the JSON before and after
    // the CSV, and repeats all three reads until both JSON answers are equal.
    const [{ rows, totals }, csv] = await until(`${name} stays the same`, async () => {
      const before = await read(ops.as, name, row);
      const file = await get(world, `reports/${name}?format=csv`, ops.as);
      const after = await read(ops.as, name, row);
      return isDeepStrictEqual([before.rows, before.totals], [after.rows, after.totals])
        ? [after, file] as const
        : undefined;
    });
    const [header = "", ...lines] = csv.text.trimEnd().split("\r\n");
    const keys = header.split(",").slice(1)
      .map((title) => title.replace(/ \(.*\)$/, "").replace(/^date$/, "day"));
    deepEqual([...keys].sort(), Object.keys(row.shape).sort());
    const toLine = (record: string, each: object) => {
      const cells = new Map<string, unknown>(Object.entries(each));
      return [record, ...keys.map((key) => cells.get(key) ?? "")].join(",");
    };
    deepEqual(lines, [
      ...rows.map((each) => toLine("row", each)),
      ...totals.map((each) => toLine("total", each)),
    ]);
  });
}

for (const name of Object.keys(REPORTS)) {
  Deno.test(`a user can't read the report of ${name}`, async () => {
    const person = await signUp(world);
    refused(await get(world, `reports/${name}`, person.as), 403, "forbidden");
  });
}
