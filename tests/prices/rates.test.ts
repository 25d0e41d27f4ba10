/**
 * Usage is priced exactly, and its price does not change while a hold is open. A model without a price is
 * refused.
 */
import { deepEqual, equal } from "node:assert/strict";
import { OpenedHold, SettledHold } from "../../supabase/functions/_shared/contracts/holds.ts";
import { BatchResult, Charge, Estimate } from "../../supabase/functions/_shared/contracts/usage.ts";
import { price } from "./own-prices.ts";
import { countEntries, proven } from "../support/project/database.ts";
import { backEnd, data, post, refused } from "../support/project/http.ts";
import { signUpWith } from "../support/project/people.ts";
import { balanceOf } from "../support/money/purchases.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();
const service = backEnd(world);
const newModel = () => `test-model-${crypto.randomUUID()}`;

Deno.test("T10: a rate that changes while a hold is open does not change its settlement", async () => {
  const model = newModel();
  await price(world, model, ["1", "2", "1"]);
  const person = await signUpWith(world, "100");
  const estimate = { model, input_tokens: 10_000, max_output_tokens: 10_000 };
  const body = { user_id: person.id, estimate };
  const hold = data(await post(world, "credits/holds", service, body), 201, OpenedHold);
  deepEqual([hold.amount, hold.rate_version], ["30", 1]);

  await price(world, model, ["10", "20", "1"]);
  const usage = { model, input_tokens: 10_000, output_tokens: 5_000 };
  const settle = `credits/holds/${hold.hold_id}/settle`;
  const settled = data(await post(world, settle, service, { usage }), 200, SettledHold);
  deepEqual([settled.settled, settled.released, settled.shortfall], ["20", "10", "0"]);

  const next = data(
    await post(world, "usage/estimate", service, usage, { key: null }),
    200,
    Estimate,
  );
  deepEqual(next, { credits: "200", rate_version: 2 });
  await proven(world);
});

Deno.test("T10: usage that is reported late is charged at the rate of its time", async () => {
  const model = newModel();
  await price(world, model, ["1", "2", "1"]);
  const then = new Date().toISOString();
  const person = await signUpWith(world, "1000");
  await price(world, model, ["10", "20", "1"]);
  const body = { user_id: person.id, model, input_tokens: 10_000, output_tokens: 5_000 };
  const late = data(
    await post(world, "usage", service, { ...body, occurred_at: then }),
    201,
    Charge,
  );
  deepEqual([late.credits, late.rate_version], ["20", 1]);
  const now = data(await post(world, "usage", service, body), 201, Charge);
  deepEqual([now.credits, now.rate_version], ["200", 2]);
  await proven(world);
});

Deno.test("T11: a model without a rate is refused everywhere and costs nothing", async () => {
  const model = newModel();
  const person = await signUpWith(world, "100");
  const usage = { model, input_tokens: 1, output_tokens: 1 };
  const charge = { ...usage, user_id: person.id };
  refused(await post(world, "usage", service, charge), 422, "unknown_model", "model");
  const estimated = await post(world, "usage/estimate", service, usage, { key: null });
  refused(estimated, 422, "unknown_model", "model");
  const estimate = { model, input_tokens: 1, max_output_tokens: 1 };
  const held = await post(world, "credits/holds", service, { user_id: person.id, estimate });
  refused(held, 422, "unknown_model", "estimate.model");

  const body = { user_id: person.id, amount: "10" };
  const hold = data(await post(world, "credits/holds", service, body), 201, OpenedHold);
  const settle = `credits/holds/${hold.hold_id}/settle`;
  const settled = await post(world, settle, service, { usage });
  refused(settled, 422, "unknown_model", "usage.model");
  data(await post(world, settle, service, { amount: "0" }), 200, SettledHold);

  const events = [{ ...charge, event_id: "x" }];
  const batch = data(await post(world, "usage/batch", service, { events }), 200, BatchResult);
  deepEqual(batch.rejected.map(({ code }) => code), ["unknown_model"]);
  for (const near of ["GPT-4O", "gpt-4o ", "gpt-4", "gpt-4o%", "gpt_4o"]) {
    refused(await post(world, "usage", service, { ...charge, model: near }), 422, "unknown_model");
  }
  equal((await balanceOf(world, person.id)).balance, "100");
  equal(await countEntries(world, person.id), 1);
  await proven(world);
});

Deno.test("every kind of token has its price, and the sum is exact", async () => {
  const person = await signUpWith(world, "100");
  // claude-sonnet-4-5 costs, in USD per million tokens: 3 for input, 0.3 for cached input, 3.75 for
  // cache writes, and 15 for output. Users pay four times these prices.
  const body = {
    user_id: person.id,
    model: "claude-sonnet-4-5",
    ...{ input_tokens: 7, cached_input_tokens: 11, cache_write_tokens: 13 },
    ...{ output_tokens: 17, reasoning_tokens: 19 },
  };
  const charge = data(await post(world, "usage", service, body), 201, Charge);
  equal(charge.credits, "2.4522");
  equal(charge.balance_after, "97.5478");
  await proven(world);
});

Deno.test("T25: a refusal names the limit, the required and the available credits", async () => {
  const person = await signUpWith(world, "1.5");
  const user_id = person.id;
  const bodies: [string, object][] = [
    ["usage", { user_id, model: "gpt-4o", input_tokens: 100, output_tokens: 0 }],
    ["credits/debits", { user_id, amount: "2", reason: "x" }],
    ["credits/holds", { user_id, amount: "2" }],
  ];
  for (const [path, body] of bodies) {
    const key = crypto.randomUUID();
    const error = refused(
      await post(world, path, service, body, { key }),
      402,
      "insufficient_credits",
    );
    deepEqual(error.details, { limit: "balance", required: "2", available: "1.5" });
    deepEqual([error.type, error.retryable], ["payment", false]);
    const again = await post(world, path, service, body, { key });
    deepEqual(refused(again, 402, "insufficient_credits"), error);
    equal(again.headers.get("idempotency-replayed"), "true");
  }
  equal(await countEntries(world, user_id), 1);
  await proven(world);
});
