/**
 * A user, an address and a provider each have a limit of new checkouts or bookings per hour. The
 * limits also hold when requests arrive at the same moment.
 */
import { deepEqual, equal, match, notEqual, ok } from "node:assert/strict";
import { StartedBooking } from "../../supabase/functions/_shared/contracts/bookings.ts";
import { Checkout } from "../../supabase/functions/_shared/contracts/checkout.ts";
import { newAddress } from "./addresses.ts";
import { bookAllUnder, bookUnder, newSeller } from "../support/money/bookings.ts";
import { proven } from "../support/project/database.ts";
import { age, decisionsOf, policyOf, repeatDecision } from "./decisions.ts";
import { type Answer, data, post, refused } from "../support/project/http.ts";
import { type Person, signUp } from "../support/project/people.ts";
import { openCheckout, ordersOf, packageNamed } from "../support/money/purchases.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();
const PACKAGES = ["Plus", "Pro", "Business", "Scale"];
const HOUR_S = 3_600;

async function click(buyer: Person, name: string, key = crypto.randomUUID()): Promise<Answer> {
  const { id } = await packageNamed(world, name);
  return await post(world, "checkout", buyer.as, { package_id: id }, { key });
}

/** Asserts a refusal by a velocity limit. @returns the seconds of Retry-After */
function tooMany(answer: Answer): number {
  equal(refused(answer, 429, "velocity_exceeded").retryable, true);
  const header = answer.headers.get("retry-after") ?? "";
  match(header, /^\d+$/);
  return Number(header);
}

/**
 * Asserts that Retry-After is about an hour: the time from the start of the refused request until
 * an admitted request is one hour old. If the other request is admitted after that start,
 * Retry-After may be one second more than an hour.
 */
function anHourAway(seconds: number): void {
  ok(seconds > HOUR_S - 60 && seconds <= HOUR_S + 1, String(seconds));
}

Deno.test("a user's requests at once open exactly as many checkouts as the hourly limit", async () => {
  const buyer = await signUp(world);
  const open = await openCheckout(world, buyer);
  const { sessions_per_user_hour: most } = await policyOf(world);
  await repeatDecision(world, buyer, most - 3);
  const answers = await Promise.all(PACKAGES.map((name) => click(buyer, name)));
  deepEqual(answers.map(({ status }) => status).sort(), [201, 201, 429, 429]);
  equal((await ordersOf(world, buyer)).length, 3);
  for (const answer of answers.filter(({ status }) => status === 429)) {
    anHourAway(tooMany(answer));
  }
  // A repeated click gets the checkout that is already open, and does not count towards the limit
  // again. Another user has a separate limit.
  const again = data(await click(buyer, "Starter"), 201, Checkout);
  equal(again.checkout_session_id, open.checkout_session_id);
  equal((await click(await signUp(world), "Starter")).status, 201);
  const outcomes = (await decisionsOf(world, buyer)).map(({ outcome }) => outcome);
  equal(outcomes.filter((outcome) => outcome === "allow").length, most);
  equal(outcomes.filter((outcome) => outcome === "refuse").length, 2);
  await proven(world);
});

Deno.test("Retry-After is exact to the second, and a refusal is not stored under its key", async () => {
  const buyer = await signUp(world);
  await openCheckout(world, buyer);
  const { sessions_per_user_hour: most } = await policyOf(world);
  await repeatDecision(world, buyer, most - 1);
  const key = crypto.randomUUID();
  const seconds = tooMany(await click(buyer, "Plus", key));
  const margin = 30;
  await age(world, buyer, seconds - margin);
  ok(tooMany(await click(buyer, "Plus", key)) <= margin);
  await age(world, buyer, margin);
  const answer = await click(buyer, "Plus", key);
  data(answer, 201, Checkout);
  equal(answer.headers.get("idempotency-replayed"), null);
  const [newest, ...refusals] = await decisionsOf(world, buyer);
  deepEqual([newest?.outcome, newest?.reasons], ["allow", ["within_limits", "no_ip"]]);
  deepEqual(refusals.slice(0, 2).map(({ reasons }) => reasons), [
    ["user_velocity", "no_ip"],
    ["user_velocity", "no_ip"],
  ]);
});

Deno.test("an address's requests at once open exactly as many checkouts as the hourly limit", async () => {
  using address = newAddress(world);
  using elsewhere = newAddress(world);
  const first = await signUp(world);
  const open = data(await address.checkout(first), 201, Checkout);
  const { sessions_per_ip_hour: most } = await policyOf(world);
  await repeatDecision(world, first, most - 3);
  const people = await Promise.all(Array.from({ length: 6 }, () => signUp(world)));
  const answers = await Promise.all(people.map((person) => address.checkout(person)));
  deepEqual(answers.map(({ status }) => status).sort(), [201, 201, 429, 429, 429, 429]);
  const late = people[answers.findIndex(({ status }) => status === 429)]!;

  // The functions ignore the headers in which a caller claims an address.
  for (const name of ["x-forwarded-for", "x-real-ip", "cf-connecting-ip", "forwarded"]) {
    tooMany(await address.checkout(late, "Starter", { [name]: "203.0.113.7" }));
  }
  const own = await address.checkout(first);
  equal(data(own, 201, Checkout).checkout_session_id, open.checkout_session_id);
  equal((await elsewhere.checkout(late)).status, 201);

  const [allowed, ...before] = await decisionsOf(world, late);
  equal(allowed?.outcome, "allow");
  equal(before.length, 5);
  for (const { reasons, ip_hash } of before) {
    deepEqual(reasons, ["ip_velocity"]);
    equal(ip_hash, before[0]?.ip_hash);
    match(ip_hash!, /^[0-9a-f]{64}$/);
  }
  notEqual(allowed?.ip_hash, before[0]?.ip_hash);
  await proven(world);
});

Deno.test("M6: a provider gets exactly as many bookings at once as the hourly limit", async () => {
  const [seller, other] = [await newSeller(world), await newSeller(world)];
  const buyers = await Promise.all(Array.from({ length: 5 }, () => signUp(world)));
  const policy = { bookings_per_provider_hour: 2 };
  const answers = await bookAllUnder(world, policy, buyers, seller);
  deepEqual(answers.map(({ status }) => status).sort(), [201, 201, 429, 429, 429]);
  for (const answer of answers.filter(({ status }) => status === 429)) {
    deepEqual(refused(answer, 429, "velocity_exceeded").details, { limit: "provider" });
    anHourAway(tooMany(answer));
  }
  const late = buyers[answers.findIndex(({ status }) => status === 429)]!;
  const [{ action, outcome, reasons } = {}] = await decisionsOf(world, late);
  deepEqual([action, outcome, reasons], ["booking", "refuse", ["provider_velocity", "no_ip"]]);
  data(await bookUnder(world, policy, [late, other]), 201, StartedBooking);
  data(
    await bookUnder(world, { bookings_per_provider_hour: 3 }, [late, seller]),
    201,
    StartedBooking,
  );
  await proven(world);
});
