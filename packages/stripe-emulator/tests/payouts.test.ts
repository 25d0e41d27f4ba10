import { deepEqual, equal } from "node:assert/strict";
import type Stripe from "stripe";
import { startTestEmulator, type TestEmulator } from "../testing/test-emulator.ts";
import { eventTypes, pay, refusal } from "./harness.ts";

const TWO_DAYS_MS = 2 * 24 * 3_600_000 + 1_000;
const PAID_OUT = [
  "payout.created",
  "payout.updated",
  "payout.paid",
  "payout.reconciliation_completed",
];

/** Makes payouts with `POST /_emulator/payouts`. */
async function payOut(emulator: TestEmulator, body: object = {}): Promise<Stripe.Payout[]> {
  return (await emulator.control("POST", "/payouts", body)).data as Stripe.Payout[];
}

async function balanceOf(stripe: Stripe, currency = "usd") {
  const { available, pending } = await stripe.balance.retrieve();
  const amount = (part: Stripe.Balance["available"]) =>
    part.find((each) => each.currency === currency)?.amount;
  return [available, pending].map(amount);
}

Deno.test("a payout takes all available money, and lists its transactions", async () => {
  await using emulator = await startTestEmulator();
  const { stripe, clock } = emulator;
  const first = await pay(stripe, { amount: 1_000 });
  await stripe.refunds.create({ payment_intent: first.id, amount: 300 });
  clock.now = new Date(clock.now.getTime() + TWO_DAYS_MS);
  const late = await pay(stripe, { amount: 5_000 });
  const before = (await eventTypes(stripe)).length;
  const [made] = await payOut(emulator);
  const payout = await stripe.payouts.retrieve(String(made?.id), {
    expand: ["balance_transaction"],
  });
  const net = 1_000 - 59 - 300;
  deepEqual(
    [payout.amount, payout.currency, payout.status, payout.automatic, payout.trace_id?.status],
    [net, "usd", "paid", true, "supported"],
  );
  const own = payout.balance_transaction as Stripe.BalanceTransaction;
  deepEqual([own.amount, own.type, own.source], [-net, "payout", payout.id]);
  deepEqual((await eventTypes(stripe)).slice(before), PAID_OUT);
  deepEqual(await balanceOf(stripe), [0, 5_000 - 175]);

  const { data: items } = await stripe.balanceTransactions.list({ payout: payout.id });
  deepEqual(items.map(({ type }) => type), ["payout", "refund", "charge"]);
  equal(items.reduce((sum, each) => sum + each.net, 0), 0);
  equal(items.some(({ source }) => source === late.latest_charge), false);
  deepEqual((await stripe.payouts.list({ status: "paid" })).data.map(({ id }) => id), [payout.id]);
  const changed = await stripe.payouts.update(payout.id, { metadata: { checked: "yes" } });
  deepEqual(changed.metadata, { checked: "yes" });
});

Deno.test("no money is paid out twice or while it is pending", async () => {
  await using emulator = await startTestEmulator();
  const { stripe, clock } = emulator;
  await pay(stripe, { amount: 1_000 });
  await refused(emulator, "/payouts");
  equal((await payOut(emulator, { release_pending: true })).length, 1);
  await refused(emulator, "/payouts");
  clock.now = new Date(clock.now.getTime() + TWO_DAYS_MS);
  await refused(emulator, "/payouts");
  await pay(stripe, { amount: 2_000 });
  const [second] = await payOut(emulator, { release_pending: true });
  equal(second?.amount, 2_000 - 88);
  deepEqual(await balanceOf(stripe), [0, 0]);
});

Deno.test("each currency has its own payout, and a negative balance has none", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  await pay(stripe, { amount: 1_000 });
  await pay(stripe, { amount: 2_000, currency: "jpy" });
  const owed = await pay(stripe, { amount: 1_000, currency: "eur" });
  await emulator.control("POST", `/payments/${owed.id}/dispute`);
  const [yen] = await payOut(emulator, { currency: "JPY", release_pending: true });
  deepEqual([yen?.currency, yen?.amount], ["jpy", 2_000 - 88]);
  const rest = await payOut(emulator);
  deepEqual(rest.map(({ currency }) => currency), ["usd"]);
  deepEqual(await balanceOf(stripe, "eur"), [1_000 - 59 - 2_500, 0]);
});

Deno.test("a payout is not reconciled before it is paid", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  await pay(stripe, { amount: 1_000 });
  const [made] = await payOut(emulator, { release_pending: true, deliver: false });
  const id = String(made?.id);
  deepEqual([made?.status, made?.reconciliation_status], ["pending", "in_progress"]);
  const early = await refusal(stripe.balanceTransactions.list({ payout: id }));
  equal(early.code, "payout_reconciliation_not_ready");
  await emulator.control("POST", `/payouts/${id}/settle`, { outcome: "paid" });
  equal((await stripe.balanceTransactions.list({ payout: id })).data.length, 2);
  deepEqual((await eventTypes(stripe)).slice(-4), PAID_OUT);
  await refused(emulator, `/payouts/${id}/settle`, { outcome: "paid" });
  const missing = await refusal(stripe.balanceTransactions.list({ payout: "po_no" }));
  deepEqual([missing.code, missing.param], ["resource_missing", "payout"]);
});

for (const deliver of [true, false]) {
  const state = deliver ? "seemed paid" : "was on its way";
  Deno.test(`a payout that ${state} fails, and the next payout includes its money`, async () => {
    await using emulator = await startTestEmulator();
    const { stripe } = emulator;
    await pay(stripe, { amount: 1_000 });
    const [made] = await payOut(emulator, { release_pending: true, deliver });
    const id = String(made?.id);
    await emulator.control("POST", `/payouts/${id}/settle`, {
      outcome: "failed",
      failure_code: "account_closed",
    });
    const failed = await stripe.payouts.retrieve(id, { expand: ["failure_balance_transaction"] });
    deepEqual([failed.status, failed.failure_code], ["failed", "account_closed"]);
    const back = failed.failure_balance_transaction as Stripe.BalanceTransaction;
    deepEqual([back.net, back.type], [941, "payout_failure"]);
    equal((await eventTypes(stripe)).at(-1), "payout.failed");
    deepEqual(await balanceOf(stripe), [941, 0]);
    await refused(emulator, `/payouts/${id}/settle`, { outcome: "failed" });
    const [next] = await payOut(emulator);
    equal(next?.amount, 941);
    const { data } = await stripe.balanceTransactions.list({ payout: String(next?.id) });
    deepEqual(data.map(({ type }) => type), ["payout", "payout_failure"]);
    deepEqual(await balanceOf(stripe), [0, 0]);
  });
}

Deno.test("a payout of some payments leaves the rest in the balance", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const mine = await pay(stripe, { amount: 5_000 });
  const other = await pay(stripe, { amount: 1_000 });
  await stripe.refunds.create({ payment_intent: mine.id, amount: 300 });
  await emulator.control("POST", `/payments/${mine.id}/dispute`, { amount: 1_000 });
  const [payout] = await payOut(emulator, { payments: [mine.id], release_pending: true });
  equal(payout?.amount, 5_000 - 175 - 300 - 2_500);
  const { data } = await stripe.balanceTransactions.list({ payout: String(payout?.id) });
  deepEqual(data.map(({ type }) => type), ["payout", "adjustment", "refund", "charge"]);
  const [rest] = await payOut(emulator);
  const { data: left } = await stripe.balanceTransactions.list({ payout: String(rest?.id) });
  deepEqual(left.map(({ source }) => source), [rest?.id, other.latest_charge]);
});

Deno.test("a payout's list is read page by page, with each transaction's source", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const payments = await Promise.all(
    Array.from({ length: 7 }, () => pay(stripe, { amount: 1_000 })),
  );
  const [payout] = await payOut(emulator, { release_pending: true });
  const items: Stripe.BalanceTransaction[] = [];
  const list = { payout: String(payout?.id), limit: 3, expand: ["data.source"] };
  for await (const item of stripe.balanceTransactions.list(list)) items.push(item);
  const charges = items.map(({ source }) => source as Stripe.Charge | Stripe.Payout)
    .filter((source) => source.object === "charge");
  const paid = charges.map(({ payment_intent }) => payment_intent);
  deepEqual(paid.toSorted(), payments.map(({ id }) => id).toSorted());
});

Deno.test("a control makes a payout late, or its list's sum different", async () => {
  await using emulator = await startTestEmulator();
  const { stripe, clock } = emulator;
  await pay(stripe, { amount: 1_000 });
  const [late] = await payOut(emulator, {
    release_pending: true,
    deliver: false,
    arrives_in_days: -3,
  });
  const id = String(late?.id);
  const days = (Number(late?.arrival_date) - clock.now.getTime() / 1_000) / (24 * 3_600);
  deepEqual([Math.floor(days) <= -3, late?.status], [true, "pending"]);
  await emulator.control("POST", `/payouts/${id}/settle`, { outcome: "paid" });
  const sum = async () => {
    const { data } = await stripe.balanceTransactions.list({ payout: id });
    return data.reduce((total, { net }) => total + net, 0);
  };
  await emulator.control("POST", `/payouts/${id}/adjust`, { amount: 5 });
  deepEqual([await sum(), (await stripe.payouts.retrieve(id)).amount], [5, 941]);
  await emulator.control("POST", `/payouts/${id}/adjust`, { amount: -5 });
  equal(await sum(), 0);
});

async function refused(emulator: TestEmulator, path: string, body: object = {}): Promise<void> {
  const before = await eventTypes(emulator.stripe);
  const answer = await fetch(`${emulator.url}/_emulator${path}`, {
    method: "POST",
    body: JSON.stringify(body),
  });
  await answer.body?.cancel();
  equal(answer.status, 400);
  deepEqual(await eventTypes(emulator.stripe), before);
}

Deno.test("a manual payout takes available money, and is a line of the next automatic payout", async () => {
  await using emulator = await startTestEmulator();
  const { stripe, clock } = emulator;
  await pay(stripe, { amount: 1_000 });
  const pending = await refusal(stripe.payouts.create({ amount: 1, currency: "usd" }));
  equal(pending.code, "balance_insufficient");
  clock.now = new Date(clock.now.getTime() + TWO_DAYS_MS);
  const more = await refusal(stripe.payouts.create({ amount: 942, currency: "usd" }));
  deepEqual([more.code, more.param], ["balance_insufficient", "amount"]);
  const made = await stripe.payouts.create({ amount: 400, currency: "usd", method: "instant" });
  deepEqual(
    [made.automatic, made.reconciliation_status, made.status, made.amount],
    [false, "not_applicable", "pending", 400],
  );
  const list = await refusal(stripe.balanceTransactions.list({ payout: made.id }));
  equal(list.code, "payout_reconciliation_not_ready");
  const before = (await eventTypes(stripe)).length;
  await emulator.control("POST", `/payouts/${made.id}/settle`, { outcome: "paid" });
  deepEqual((await eventTypes(stripe)).slice(before), ["payout.updated", "payout.paid"]);
  deepEqual(await balanceOf(stripe), [541, 0]);
  const [automatic] = await payOut(emulator);
  equal(automatic?.amount, 541);
  const { data } = await stripe.balanceTransactions.list({ payout: String(automatic?.id) });
  deepEqual(data.map(({ net }) => net).sort((a, b) => a - b), [-541, -400, 941]);
});

Deno.test("a control leaves a transaction out of the list of a payout", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  await pay(stripe, { amount: 1_000 });
  await pay(stripe, { amount: 2_000 });
  const [payout] = await payOut(emulator, { release_pending: true });
  const listed = { payout: String(payout?.id), type: "charge" };
  const { data: [first, second] } = await stripe.balanceTransactions.list(listed);
  await emulator.control("POST", `/payouts/${payout?.id}/omit`, { transaction: first!.id });
  const { data: rest } = await stripe.balanceTransactions.list(listed);
  deepEqual(rest.map(({ id }) => id), [second!.id]);
  deepEqual(await balanceOf(stripe), [0, 0]);
  await pay(stripe, { amount: 500 });
  const [next] = await payOut(emulator, { release_pending: true });
  equal(next?.amount, 500 - 45);
});
