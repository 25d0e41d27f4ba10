/**
 * The main scenario: a user signs up, buys credits, is charged for usage until a 402, buys again, and reads
 * the ledger.
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { z } from "zod";
import { Checkout } from "../../supabase/functions/_shared/contracts/checkout.ts";
import { Balance, Entry } from "../../supabase/functions/_shared/contracts/credits.ts";
import { Charge } from "../../supabase/functions/_shared/contracts/usage.ts";
import { payCheckout } from "@farthing/stripe-emulator/browser";
import { proven, withDeliveries } from "../support/project/database.ts";
import { backEnd, data, envelope, get, post, refused } from "../support/project/http.ts";
import { type Person, signUp } from "../support/project/people.ts";
import { balanceOf, buy, orderBecomes, packageNamed } from "../support/money/purchases.ts";
import type { World } from "../support/project/world.ts";
import type { Scenario } from "./scenario.ts";

/** Opens a checkout through supabase-js with the user's session, as a front end does. */
async function startCheckout(buyer: Person, packageId: string) {
  const { data, error } = await buyer.supabase.functions.invoke("checkout", {
    body: { package_id: packageId, client_temp_id: "cart-1" },
    headers: { "Idempotency-Key": crypto.randomUUID() },
  });
  if (error) throw error;
  equal(data.success, true);
  return Checkout.parse(data.data);
}

async function buyStarter(world: World, buyer: Person) {
  const starter = await packageNamed(world, "Starter");
  deepEqual([starter.amount, starter.currency, starter.total_credits], [999, "usd", "9990"]);
  const checkout = await startCheckout(buyer, starter.id);
  deepEqual([checkout.status, checkout.client_temp_id, checkout.total_credits], [
    "pending",
    "cart-1",
    "9990",
  ]);
  return await withDeliveries(world, "shared", async () => {
    const page = await payCheckout(checkout.checkout_url);
    equal(page.result, "paid");
    const { checkout_session_id, order_id } = checkout;
    const ids = `session_id=${checkout_session_id}&order_id=${order_id}`;
    match(page.location ?? "", new RegExp(`\\?${ids}$`));
    return await orderBecomes(world, buyer, checkout.order_id, "paid");
  });
}

function use(world: World, userId: string, input: number, output: number) {
  return post(world, "usage", backEnd(world), {
    user_id: userId,
    model: "gpt-4o",
    input_tokens: input,
    output_tokens: output,
  });
}

async function readLedger(world: World, buyer: Person) {
  const all: z.output<typeof Entry>[] = [];
  let cursor: string | null | undefined;
  do {
    const path = `credits/entries?limit=2${cursor ? `&cursor=${cursor}` : ""}`;
    const answer = await get(world, path, buyer.as);
    all.push(...data(answer, 200, z.array(Entry)));
    cursor = envelope(answer).metadata.nextCursor;
  } while (cursor);
  return all;
}

async function run(world: World): Promise<void> {
  const buyer = await signUp(world);
  equal(data(await get(world, "credits", buyer.as), 200, Balance).balance, "0");
  await buyStarter(world, buyer);
  const bought = data(await get(world, "credits", buyer.as), 200, Balance);
  deepEqual([bought.balance, bought.available, bought.held, bought.debt], [
    "9990",
    "9990",
    "0",
    "0",
  ]);
  deepEqual(bought.lots?.map(({ source, remaining }) => [source, remaining]), [["paid", "9990"]]);

  const charge = data(await use(world, buyer.id, 1000, 500), 201, Charge);
  deepEqual([charge.credits, charge.balance_after, charge.rate_version], ["50", "9940", 1]);
  const short = refused(await use(world, buyer.id, 500_000, 0), 402, "insufficient_credits");
  deepEqual(short.details, { limit: "balance", required: "10000", available: "9940" });
  equal((await balanceOf(world, buyer.id)).balance, "9940");

  await buy(world, buyer, "Plus");
  const second = data(await use(world, buyer.id, 500_000, 0), 201, Charge);
  deepEqual([second.credits, second.balance_after], ["10000", "26180"]);
  deepEqual(second.lots.map(({ source, amount }) => [source, amount]), [
    ["bonus", "1250"],
    ["paid", "8750"],
  ]);

  const entries = await readLedger(world, buyer);
  deepEqual(entries.map(({ seq, kind, amount }) => [seq, kind, amount]), [
    [6, "usage", "-8750"],
    [5, "usage", "-1250"],
    [4, "bonus", "1250"],
    [3, "purchase", "24990"],
    [2, "usage", "-50"],
    [1, "purchase", "9990"],
  ]);
  equal(entries[0]?.transaction_id, entries[1]?.transaction_id);
  await readCsv(world, buyer, entries);
  await readPast(world, buyer, entries);
  await proven(world);
}

async function readCsv(world: World, buyer: Person, entries: z.output<typeof Entry>[]) {
  const answer = await get(world, "credits/entries", buyer.as, { accept: "text/csv" });
  match(answer.headers.get("content-type") ?? "", /^text\/csv/);
  const [head, ...lines] = answer.text.trimEnd().split("\r\n");
  match(head ?? "", /^id,seq,kind,amount,balance_after,lot_id,.*correlation_id/);
  deepEqual(
    lines.map((line) => line.split(",").slice(0, 5)),
    entries.map(({ id, seq, kind, amount, balance_after }) => [
      id,
      String(seq),
      kind,
      amount,
      balance_after,
    ]),
  );
}

async function readPast(world: World, buyer: Person, entries: z.output<typeof Entry>[]) {
  const at = (when: string) => get(world, `credits?at=${encodeURIComponent(when)}`, buyer.as);
  for (const { seq, created_at, balance_after } of entries) {
    const isLast = !entries.some((other) => other.seq > seq && other.created_at === created_at);
    if (!isLast) continue;
    equal(data(await at(created_at), 200, Balance).balance, balance_after, `seq ${seq}`);
  }
  const before = data(await at("2026-01-01T00:00:00Z"), 200, Balance);
  deepEqual([before.balance, before.held, before.lots], ["0", undefined, undefined]);
  ok(before.as_of);
}

export const mainJob: Scenario = {
  name: "a user buys, spends until a 402, buys again and reads the ledger",
  run,
};
