/** Grants, debits, estimates, batches and lists. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { z } from "zod";
import { Order } from "../../supabase/functions/_shared/contracts/checkout.ts";
import { Debit, Grant } from "../../supabase/functions/_shared/contracts/credits.ts";
import { OpenedHold, SettledHold } from "../../supabase/functions/_shared/contracts/holds.ts";
import {
  BatchResult,
  Charge,
  Estimate,
  Rate,
} from "../../supabase/functions/_shared/contracts/usage.ts";
import { countEntries, proven } from "../support/project/database.ts";
import { backEnd, data, envelope, get, nobody, post, refused } from "../support/project/http.ts";
import { signUp, signUpOperator, signUpWith } from "../support/project/people.ts";
import { balanceOf, openCheckout } from "../support/money/purchases.ts";
import type { World } from "../support/project/world.ts";
import type { Scenario } from "./scenario.ts";

async function grants(world: World): Promise<void> {
  const operator = await signUpOperator(world);
  const person = await signUp(world);
  const body = { user_id: person.id, amount: "100", source: "promotional", reason: "welcome" };
  const soon = new Date(Date.now() + 86_400_000).toISOString();
  const lot = data(
    await post(world, "credits/grants", operator.as, { ...body, expires_at: soon, priority: 5 }),
    201,
    Grant,
  );
  deepEqual([lot.user_id, lot.amount, lot.remaining, lot.priority], [person.id, "100", "100", 5]);
  const byService = { ...body, source: "adjustment", amount: "7.25" };
  data(await post(world, "credits/grants", backEnd(world), byService), 201, Grant);
  refused(await post(world, "credits/grants", person.as, body), 403, "forbidden");
  refused(await post(world, "credits/debits", operator.as, body), 403, "forbidden");
  const { balance, lots } = await balanceOf(world, person.id);
  equal(balance, "107.25");
  deepEqual(lots?.map(({ source }) => source), ["promotional", "adjustment"]);
  const past = { ...body, expires_at: "2020-01-01T00:00:00Z" };
  refused(
    await post(world, "credits/grants", operator.as, past),
    400,
    "invalid_request",
    "expires_at",
  );
  const stranger = { ...body, user_id: crypto.randomUUID() };
  refused(await post(world, "credits/grants", operator.as, stranger), 404, "not_found");
  await proven(world);
}

async function debits(world: World): Promise<void> {
  const person = await signUpWith(world, "10");
  const body = { user_id: person.id, amount: "4", reason: "image", reference_id: "img-1" };
  const key = crypto.randomUUID();
  const first = await post(world, "credits/debits", backEnd(world), body, { key });
  const debit = data(first, 201, Debit);
  deepEqual([debit.amount, debit.balance_after], ["4", "6"]);
  const again = await post(world, "credits/debits", backEnd(world), body, { key });
  deepEqual(data(again, 201, Debit), debit);
  equal(again.headers.get("idempotency-replayed"), "true");
  equal(first.headers.get("idempotency-replayed"), null);
  const other = await post(world, "credits/debits", backEnd(world), { ...body, amount: "5" }, {
    key,
  });
  refused(other, 422, "idempotency_key_reused");
  const tooMuch = await post(world, "credits/debits", backEnd(world), { ...body, amount: "6.1" });
  refused(tooMuch, 402, "insufficient_credits");
  equal(await countEntries(world, person.id, "debit"), 1);
  await proven(world);
}

async function estimates(world: World): Promise<void> {
  const person = await signUp(world);
  const usage = { model: "gpt-4o", input_tokens: 1000, output_tokens: 500 };
  for (const caller of [person.as, backEnd(world)]) {
    const estimate = data(
      await post(world, "usage/estimate", caller, usage, { key: null }),
      200,
      Estimate,
    );
    deepEqual(estimate, { credits: "50", rate_version: 1 });
  }
  const unknown = { ...usage, model: "gpt-nowhere" };
  const answer = await post(world, "usage/estimate", person.as, unknown, { key: null });
  refused(answer, 422, "unknown_model", "model");
  const rates = data(await get(world, "usage/rates", nobody), 200, z.array(Rate));
  const rate = rates.find(({ model }) => model === "gpt-4o");
  deepEqual([rate?.input_per_million_usd, rate?.output_per_million_usd, rate?.markup], [
    "5",
    "15",
    "4",
  ]);
  const [first] = data(await get(world, "usage/rates?limit=1", nobody), 200, z.array(Rate));
  deepEqual(first, rates[0]);
  const answered = await get(world, `usage/rates?limit=100&cursor=${first!.model}`, nobody);
  const next = data(answered, 200, z.array(Rate));
  // Other tests may add models between the reads. `seeded` removes them by their name prefix.
  const seeded = (all: typeof rates) => all.filter(({ model }) => !model.startsWith("test-model-"));
  const count = Math.min(seeded(next).length, seeded(rates).length - 1);
  ok(count >= 20);
  deepEqual(seeded(next).slice(0, count), seeded(rates).slice(1, count + 1));
  equal(await countEntries(world, person.id), 0);
}

async function batches(world: World): Promise<void> {
  const [rich, poor] = [await signUpWith(world, "1000"), await signUpWith(world, "30")];
  const event = (id: string, user_id: string, more: object = {}) => ({
    ...{ event_id: id, user_id, model: "gpt-4o", input_tokens: 1000, output_tokens: 0 },
    ...more,
  });
  const events = [
    event("a", rich.id),
    event("b", poor.id),
    event("c", poor.id),
    event("a", rich.id),
    event("d", rich.id, { model: "gpt-nowhere" }),
    event("e", crypto.randomUUID()),
    event("f", rich.id, { input_tokens: 0, cached_input_tokens: 5, output_tokens: 2 }),
    event("a", rich.id, { output_tokens: 999 }),
    event("g", rich.id, { occurred_at: "2020-01-01T00:00:00Z" }),
  ];
  const key = crypto.randomUUID();
  const first = await post(world, "usage/batch", backEnd(world), { events }, { key });
  const result = data(first, 200, BatchResult);
  deepEqual([result.accepted, result.duplicates], [3, 1]);
  deepEqual(result.rejected.map(({ index, code }) => [index, code]), [
    [2, "insufficient_credits"],
    [4, "unknown_model"],
    [5, "not_found"],
    [7, "usage_conflict"],
    [8, "invalid_request"],
  ]);
  const duplicate = result.results.find(({ index }) => index === 3);
  equal(duplicate?.duplicate, true);
  equal(duplicate?.transaction_id, result.results[0]?.transaction_id);
  deepEqual(
    data(await post(world, "usage/batch", backEnd(world), { events }, { key }), 200, BatchResult),
    result,
  );
  const later = data(
    await post(world, "usage/batch", backEnd(world), { events }),
    200,
    BatchResult,
  );
  deepEqual([later.accepted, later.duplicates], [0, 4]);
  equal((await balanceOf(world, poor.id)).balance, "10");
  await proven(world);
}

async function largestBatch(world: World): Promise<void> {
  const person = await signUpWith(world, "1000");
  const event = (index: number) => ({
    ...{ event_id: `e-${index}`, user_id: person.id, model: "gpt-4o" },
    ...{ input_tokens: 10, output_tokens: 10 },
  });
  const batch = (count: number) =>
    post(world, "usage/batch", backEnd(world), {
      events: Array.from({ length: count }, (_, index) => event(index)),
    });
  refused(await batch(1001), 400, "invalid_request", "events");
  refused(await batch(0), 400, "invalid_request", "events");
  const result = data(await batch(1000), 200, BatchResult);
  deepEqual([result.accepted, result.rejected], [1000, []]);
  deepEqual(result.results.map(({ index }) => index), Array.from({ length: 1000 }, (_, i) => i));
  equal((await balanceOf(world, person.id)).balance, "200");
  await proven(world);
}

async function settledEvents(world: World): Promise<void> {
  const person = await signUpWith(world, "100");
  const service = backEnd(world);
  const usage = { model: "gpt-4o", input_tokens: 100, output_tokens: 0, event_id: "once" };
  const hold = async () => {
    const body = { user_id: person.id, amount: "10" };
    const held = data(await post(world, "credits/holds", service, body), 201, OpenedHold);
    return `credits/holds/${held.hold_id}/settle`;
  };
  data(await post(world, await hold(), service, { usage }), 200, SettledHold);
  const again = await post(world, await hold(), service, { usage });
  refused(again, 400, "invalid_request", "usage.event_id");
  const charge = { ...usage, user_id: person.id };
  equal(data(await post(world, "usage", service, charge), 200, Charge).duplicate, true);
  const { balance, held } = await balanceOf(world, person.id);
  deepEqual([balance, held], ["98", "10"]);
  await proven(world);
}

async function duplicateEvents(world: World): Promise<void> {
  const person = await signUpWith(world, "100");
  const body = {
    ...{
      event_id: "req-1",
      user_id: person.id,
      model: "gpt-4o",
      input_tokens: 1000,
      output_tokens: 0,
    },
    metadata: { tenant: "blue" },
    correlation_id: "corr-7",
  };
  const first = data(await post(world, "usage", backEnd(world), body), 201, Charge);
  const again = data(await post(world, "usage", backEnd(world), body), 200, Charge);
  deepEqual(again, { ...first, duplicate: true });
  const other = await post(world, "usage", backEnd(world), { ...body, input_tokens: 1001 });
  const { details } = refused(other, 409, "usage_conflict", "event_id");
  deepEqual(details, {
    event_id: "req-1",
    differs: { input_tokens: { charged: 1000, sent: 1001 } },
  });
  const key = crypto.randomUUID();
  const { event_id: _, ...bare } = body;
  const named = data(await post(world, "usage", backEnd(world), bare, { key }), 201, Charge);
  equal(named.event_id, key);
  equal((await balanceOf(world, person.id)).balance, "60");
  await proven(world);
}

async function orderLists(world: World): Promise<void> {
  const buyer = await signUp(world);
  const names = ["Starter", "Plus", "Pro", "Business", "Scale"];
  const opened: string[] = [];
  for (const name of names) opened.unshift((await openCheckout(world, buyer, name)).order_id);
  const seen: string[] = [];
  let cursor: string | null | undefined;
  let pages = 0;
  do {
    const path = `checkout/orders?limit=2${cursor ? `&cursor=${cursor}` : ""}`;
    const answer = await get(world, path, buyer.as);
    seen.push(...data(answer, 200, z.array(Order)).map(({ order_id }) => order_id));
    cursor = envelope(answer).metadata.nextCursor;
    pages += 1;
  } while (cursor);
  deepEqual([seen, pages], [opened, 3]);
  const stranger = await signUp(world);
  refused(await get(world, `checkout/orders/${seen[0]}`, stranger.as), 404, "not_found");
  const theirs = await get(world, `checkout/orders?cursor=${seen[0]}`, stranger.as);
  deepEqual(data(theirs, 200, z.array(Order)), []);
  for (const limit of ["0", "101", "-1", "1.5", "abc", "1e2"]) {
    const answer = await get(world, `checkout/orders?limit=${limit}`, buyer.as);
    refused(answer, 400, "invalid_request", "limit");
  }
  ok(names.length);
}

export const credits: Scenario[] = [
  { name: "operators and the back end may grant, and no other caller", run: grants },
  {
    name: "a debit happens once per key, replays its answer and refuses another body",
    run: debits,
  },
  {
    name: "an estimate returns a price to a user and the back end, and moves nothing",
    run: estimates,
  },
  { name: "a batch charges each event separately and recognises repeated events", run: batches },
  { name: "a batch accepts 1000 events in one call, and no more", run: largestBatch },
  { name: "an event that settled a hold is charged nowhere else", run: settledEvents },
  { name: "usage with a known event_id is answered with the first charge", run: duplicateEvents },
  { name: "orders are listed newest first, by page, and only to their buyer", run: orderLists },
];
