/**
 * The test plants two faults in the lines that Stripe lists for payouts: one line is missing, and
 * one line has an unknown origin. The report, the list of mismatches and the alert must each find
 * both faults and name the exact difference.
 */
import { deepEqual, equal, match } from "node:assert/strict";
import type { Deed, Fact, Quarter } from "./facts.ts";
import { Player } from "./shop/play.ts";
import { OPERATOR } from "./shop/set-up.ts";
import { type Shop, withShop } from "./shop/shop.ts";
import { readReport } from "./support/read-report.ts";

const BEGIN = Date.parse("2026-01-05T00:00:00Z");
const DAY_MS = 86_400_000;
const RANGE = "&from=2026-01-01&to=2026-03-31";

/**
 * MISSING is the net amount of the missing line: 9.99 dollars less Stripe's fee. STRANGE is the
 * amount of the line of unknown origin.
 */
const MISSING = 999 - 59;
const STRANGE = 1234;

function purchase(order: string, customer: string, currency: string, at: number): Fact[] {
  const checkout = { do: "checkout", order, customer, pack: "small", currency } as const;
  return [{ ...checkout, at }, { do: "pay", order, at: at + 60_000 }];
}

const days = (count: number, ...deeds: Deed[]): Fact[] =>
  deeds.map((deed, nr) => ({ ...deed, at: BEGIN + count * DAY_MS + nr * 60_000 }));

function quarterOf(facts: readonly Fact[]): Quarter {
  const packs = { small: { credits: 1000, bonus: 100, prices: { usd: 999, eur: 949 } } };
  const range = { from: "2026-01-05", to: "2026-03-31" };
  return { seed: 0, ...range, customers: ["c1", "c2", "c3", "c4"], packs, rates: {}, facts };
}

/**
 * Makes two payouts, and changes their lists of lines before the payment runner reads these lists.
 * Returns the order and Stripe's charge to which the missing line belongs.
 */
async function plant(shop: Shop, player: Player): Promise<{ order: string; charge: string }> {
  await player.play(quarterOf([
    ...purchase("lost", "c1", "usd", BEGIN + 3_600_000),
    ...purchase("found", "c2", "usd", BEGIN + 7_200_000),
    ...purchase("euros", "c3", "eur", BEGIN + 9_000_000),
    ...days(1, { do: "tasks" }),
    ...days(
      4,
      { do: "pay out", payout: "dollars", currency: "usd" },
      { do: "pay out", payout: "euros", currency: "eur" },
    ),
  ]));
  const { payouts, payments, orders } = player.names;
  const payment = await shop.stripe.paymentIntents.retrieve(payments.get("lost")!, {
    expand: ["latest_charge"],
  });
  const { id, balance_transaction } = payment.latest_charge as {
    id: string;
    balance_transaction: string;
  };
  const omitted = { transaction: balance_transaction };
  await shop.control(`payouts/${payouts.get("dollars")}/omit`, omitted);
  await shop.control(`payouts/${payouts.get("euros")}/adjust`, { amount: STRANGE });
  await player.go(days(
    6,
    { do: "deliver payout", payout: "dollars" },
    { do: "deliver payout", payout: "euros" },
    { do: "tasks" },
  ));
  return { order: orders.get("lost")!, charge: id };
}

interface Mismatch {
  readonly kind: string;
  readonly subject: string;
  readonly order_id: string | null;
  readonly difference: number | null;
}

async function openMismatches({ endpoints }: Shop): Promise<string[]> {
  const found: Mismatch[] = await endpoints.read("/mismatches?state=open", OPERATOR);
  return found.map(({ kind, subject, order_id, difference }) =>
    [kind, subject, order_id, difference].join(" ")
  ).sort();
}

async function openAlert({ endpoints, sql, clock }: Shop): Promise<string> {
  await sql`select farthing.evaluate_alerts(${new Date(clock.ms).toISOString()})`;
  const alerts: { rule: string; summary: string }[] = await endpoints.read(
    "/alerts?state=open",
    OPERATOR,
  );
  return alerts.find(({ rule }) => rule === "reconciliation_mismatch")?.summary ?? "none";
}

interface Planted {
  readonly shop: Shop;
  readonly player: Player;
  readonly lost: { readonly order: string; readonly charge: string };
  readonly dollars: string;
  readonly euros: string;
}

async function checkPayouts({ shop, dollars, euros }: Planted): Promise<void> {
  const report = await readReport(shop, "/reports/payouts", RANGE, { mayDiffer: true });
  const rows = report.rows.map(({ payout_id, amount, sum, difference, mismatches }) =>
    [payout_id, amount, sum, difference, mismatches].join(" ")
  );
  const net = 949 - 58;
  const expected = [
    `${dollars} ${2 * MISSING} ${MISSING} ${MISSING} 1`,
    `${euros} ${net} ${net + STRANGE} ${-STRANGE} 1`,
  ];
  deepEqual(rows.sort(), expected.sort());
  const controls = report.controls.map(({ difference }) => difference);
  deepEqual(controls, [String(STRANGE), String(-MISSING)]);
}

async function checkEachPayout({ shop, lost, dollars, euros }: Planted): Promise<void> {
  const read = (id: string) => readReport(shop, `/reports/payouts/${id}`, "", { mayDiffer: true });
  const missing = await read(dollars);
  deepEqual(missing.controls.map(({ difference }) => difference), [String(-MISSING)]);
  const named = missing.mismatches!.map(({ kind, subject }) => [kind, subject]);
  deepEqual(named, [["payout_sum", dollars]]);
  equal(missing.rows.some(({ charge_id }) => charge_id === lost.charge), false);

  const strange = await read(euros);
  deepEqual(strange.controls.map(({ difference }) => difference), [String(STRANGE)]);
  const unknown = strange.rows.filter(({ reporting_category, matched }) =>
    reporting_category !== "payout" && matched === null
  );
  deepEqual(
    unknown.map(({ net, reporting_category, order_id }) => [net, reporting_category, order_id]),
    [[STRANGE, "other_adjustment", null]],
  );
}

async function checkMismatchesAndAlert({ shop, dollars, euros }: Planted): Promise<void> {
  const expected = [`payout_sum ${dollars}  ${MISSING}`, `payout_sum ${euros}  ${-STRANGE}`];
  deepEqual(await openMismatches(shop), expected.sort());
  const summary = await openAlert(shop);
  match(summary, /^Our records and Stripe's differ in 2 places \(amounts in minor units\): /);
  equal(summary.includes(`payout_sum of ${dollars}, difference ${MISSING} usd`), true, summary);
  equal(summary.includes(`payout_sum of ${euros}, difference ${-STRANGE} eur`), true, summary);
}

/**
 * Makes a second payout of dollars, with a complete list. The missing line is in the list of
 * neither payout, so its payment is reported as never paid out.
 */
async function checkOrder({ shop, player, lost }: Planted): Promise<void> {
  await player.go([
    ...purchase("later", "c4", "usd", BEGIN + 20 * DAY_MS),
    ...days(21, { do: "tasks" }),
    ...days(24, { do: "pay out", payout: "second", currency: "usd" }),
    ...days(26, { do: "deliver payout", payout: "second" }, { do: "tasks" }, { do: "tasks" }),
  ]);
  const payment = player.names.payments.get("lost");
  const named = await openMismatches(shop);
  equal(named.includes(`never_paid_out ${payment} ${lost.order} `), true, named.join("\n"));
  equal(named.length, 3);
  const summary = await openAlert(shop);
  const text = `never_paid_out of ${payment}, order ${lost.order}, 999 usd`;
  equal(summary.includes(text), true, summary);
  const second = player.names.payouts.get("second")!;
  const report = await readReport(shop, `/reports/payouts/${second}`, "");
  deepEqual(report.mismatches, []);
}

Deno.test("a missing and a strange line of two payouts are named with their difference", async (t) => {
  await withShop(BEGIN, async (shop) => {
    const player = new Player(shop);
    const lost = await plant(shop, player);
    const idOf = (name: string) => player.names.payouts.get(name)!;
    const planted = { shop, player, lost, dollars: idOf("dollars"), euros: idOf("euros") };
    await t.step("by the report of payouts and its totals", () => checkPayouts(planted));
    await t.step("by the report of each payout", () => checkEachPayout(planted));
    await t.step("by the mismatches and the alert", () => checkMismatchesAndAlert(planted));
    await t.step("by the order, after the next payout", () => checkOrder(planted));
    deepEqual([...await shop.sql`select * from farthing.prove()`], []);
  });
});
