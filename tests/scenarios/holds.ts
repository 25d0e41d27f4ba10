/** Holds that are settled below, at or above their amount, released, or expired. */
import { deepEqual, equal } from "node:assert/strict";
import {
  Hold,
  OpenedHold,
  ReleasedHold,
  SettledHold,
} from "../../supabase/functions/_shared/contracts/holds.ts";
import { proven } from "../support/project/database.ts";
import { backEnd, data, get, post, refused } from "../support/project/http.ts";
import { type Person, signUp, signUpWith } from "../support/project/people.ts";
import { balanceOf } from "../support/money/purchases.ts";
import { until } from "../support/project/until.ts";
import type { World } from "../support/project/world.ts";
import type { Scenario } from "./scenario.ts";

const open = (world: World, { id }: Person, terms: object) =>
  post(world, "credits/holds", backEnd(world), { user_id: id, ...terms });
const settle = (world: World, holdId: string, terms: object) =>
  post(world, `credits/holds/${holdId}/settle`, backEnd(world), terms);
const release = (world: World, holdId: string) =>
  post(world, `credits/holds/${holdId}/release`, backEnd(world), {});

async function figures(world: World, { id }: Person) {
  const { balance, held, available, debt } = await balanceOf(world, id);
  return [balance, held, available, debt];
}

async function opened(world: World, person: Person, terms: object) {
  return data(await open(world, person, terms), 201, OpenedHold);
}

async function belowAtAbove(world: World): Promise<void> {
  const person = await signUpWith(world, "100");
  const below = await opened(world, person, { amount: "40" });
  deepEqual([below.amount, below.available_after], ["40", "60"]);
  deepEqual(await figures(world, person), ["100", "40", "60", "0"]);
  const less = data(await settle(world, below.hold_id, { amount: "15.5" }), 200, SettledHold);
  deepEqual([less.settled, less.released, less.shortfall], ["15.5", "24.5", "0"]);

  const exact = await opened(world, person, { amount: "4.5" });
  const all = data(await settle(world, exact.hold_id, { amount: "4.5" }), 200, SettledHold);
  deepEqual([all.settled, all.released, all.balance_after], ["4.5", "0", "80"]);

  const above = await opened(world, person, { amount: "10" });
  const more = data(await settle(world, above.hold_id, { amount: "30" }), 200, SettledHold);
  deepEqual([more.settled, more.released, more.shortfall], ["30", "0", "0"]);
  deepEqual(await figures(world, person), ["50", "0", "50", "0"]);
  await proven(world);
}

async function shortfall(world: World): Promise<void> {
  const person = await signUpWith(world, "20");
  const { hold_id } = await opened(world, person, { amount: "20" });
  const over = data(await settle(world, hold_id, { amount: "32" }), 200, SettledHold);
  deepEqual([over.settled, over.shortfall, over.balance_after], ["32", "12", "-12"]);
  deepEqual(await figures(world, person), ["-12", "0", "0", "12"]);
  const inDebt = refused(await open(world, person, { amount: "1" }), 402, "insufficient_credits");
  deepEqual(inDebt.details, { limit: "balance", required: "1", available: "0" });
  const body = { user_id: person.id, amount: "50", source: "adjustment", reason: "goodwill" };
  equal((await post(world, "credits/grants", backEnd(world), body)).status, 201);
  deepEqual(await figures(world, person), ["38", "0", "38", "0"]);
  await proven(world);
}

async function onceOnly(world: World): Promise<void> {
  const person = await signUpWith(world, "100");
  const zero = await opened(world, person, { amount: "10" });
  const nothing = data(await settle(world, zero.hold_id, { amount: "0" }), 200, SettledHold);
  deepEqual([nothing.settled, nothing.released, nothing.transaction_id], ["0", "10", null]);
  refused(await settle(world, zero.hold_id, { amount: "1" }), 409, "hold_not_open");
  refused(await release(world, zero.hold_id), 409, "hold_not_open");

  const released = await opened(world, person, { amount: "10" });
  data(await release(world, released.hold_id), 200, ReleasedHold);
  refused(await settle(world, released.hold_id, { amount: "1" }), 409, "hold_not_open");
  refused(await release(world, released.hold_id), 409, "hold_not_open");
  deepEqual(await figures(world, person), ["100", "0", "100", "0"]);

  const refusedHold = await open(world, person, { amount: "100.000000000000000001" });
  refused(refusedHold, 402, "insufficient_credits");
  refused(await release(world, crypto.randomUUID()), 404, "not_found");
  await proven(world);
}

async function expires(world: World): Promise<void> {
  const person = await signUpWith(world, "10");
  const { hold_id } = await opened(world, person, { amount: "10", ttl_seconds: 5 });
  deepEqual(await figures(world, person), ["10", "10", "0", "0"]);
  await until("the hold has expired", async () => {
    const hold = data(await get(world, `credits/holds/${hold_id}`, person.as), 200, Hold);
    return hold.status === "released" ? hold : undefined;
  });
  deepEqual(await figures(world, person), ["10", "0", "10", "0"]);
  refused(await release(world, hold_id), 409, "hold_not_open");
  // Work may end after its hold has expired. One late settlement is allowed. It takes only credits
  // that the next hold does not reserve.
  const next = await opened(world, person, { amount: "7" });
  deepEqual(await figures(world, person), ["10", "7", "3", "0"]);
  const late = data(await settle(world, hold_id, { amount: "2" }), 200, SettledHold);
  deepEqual([late.settled, late.shortfall, late.balance_after], ["2", "0", "8"]);
  deepEqual(await figures(world, person), ["8", "7", "1", "0"]);
  refused(await settle(world, hold_id, { amount: "1" }), 409, "hold_not_open");
  data(await release(world, next.hold_id), 200, ReleasedHold);
  deepEqual(await figures(world, person), ["8", "0", "8", "0"]);
  await proven(world);
}

async function byEstimate(world: World): Promise<void> {
  const person = await signUpWith(world, "100");
  const estimate = { model: "gpt-4o", input_tokens: 1000, max_output_tokens: 1000 };
  const hold = await opened(world, person, { estimate, reason: "chat" });
  deepEqual([hold.amount, hold.model, hold.rate_version], ["80", "gpt-4o", 1]);
  const seen = data(await get(world, `credits/holds/${hold.hold_id}`, person.as), 200, Hold);
  deepEqual([seen.status, seen.reason], ["open", "chat"]);
  const stranger = await signUp(world);
  refused(await get(world, `credits/holds/${hold.hold_id}`, stranger.as), 404, "not_found");
  const usage = { model: "gpt-4o", input_tokens: 1000, output_tokens: 500 };
  const settled = data(await settle(world, hold.hold_id, { usage }), 200, SettledHold);
  deepEqual([settled.settled, settled.released, settled.balance_after], ["50", "30", "50"]);
  await proven(world);
}

export const holds: Scenario[] = [
  { name: "T8: a hold settles below, at and above its amount", run: belowAtAbove },
  {
    name: "T8: a settlement beyond the balance becomes debt, which the next credits pay",
    run: shortfall,
  },
  { name: "T8: a hold ends once: settled at zero, twice, after release", run: onceOnly },
  { name: "T8: an expired hold counts as released and may be settled once", run: expires },
  { name: "a hold by an estimate reserves its price and settles by usage", run: byEstimate },
];
