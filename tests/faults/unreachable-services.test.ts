/**
 * Stripe or the database can't be reached. Requests get a retryable error, and repeated requests
 * with the same idempotency keys succeed later.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { Checkout } from "../../supabase/functions/_shared/contracts/checkout.ts";
import { proven } from "../support/project/database.ts";
import { withDeployment } from "../support/processes/deployment.ts";
import { CLOSED_PORT } from "../support/processes/faulty-proxy.ts";
import { backEnd, data, get, nobody, post, refused } from "../support/project/http.ts";
import { signUp, signUpWith } from "../support/project/people.ts";
import { balanceOf, packageNamed } from "../support/money/purchases.ts";
import { control, sessionsOf } from "../support/money/stripe.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();
/** The number of requests that a call to Stripe sends: the first one and two retries. */
const ATTEMPTS = 3;

/** Makes the next requests for a checkout session fail while `use` runs. */
async function withFault(fault: object, use: () => Promise<void>): Promise<void> {
  const where = { method: "POST", path: "/v1/checkout/sessions" };
  await control(world, "POST", "faults", { ...where, ...fault });
  try {
    await use();
  } finally {
    await control(world, "DELETE", "faults");
  }
}

const REFUSALS: [string, object][] = [
  ["is down", { status: 503, times: ATTEMPTS }],
  ["asks to slow down", { status: 429 }],
];

for (const [name, fault] of REFUSALS) {
  Deno.test(`a checkout while Stripe ${name} is retryable, and its key makes one session later`, async () => {
    const buyer = await signUp(world);
    const { id } = await packageNamed(world, "Starter");
    const key = crypto.randomUUID();
    const ask = () => post(world, "checkout", buyer.as, { package_id: id }, { key });
    await withFault(fault, async () => {
      const answer = await ask();
      ok([502, 503].includes(answer.status), answer.text);
      equal(refused(answer, answer.status, "upstream_unavailable").retryable, true);
    });
    const checkout = data(await ask(), 201, Checkout);
    deepEqual(await sessionsOf(world, checkout.order_id), [checkout.checkout_session_id]);
    deepEqual(data(await ask(), 201, Checkout), checkout);
    await proven(world);
  });
}

const STUMBLES: [string, object][] = [
  ["fails once", { status: 500 }],
  ["loses an answer", { status: 500, after: true }],
  ["is slow", { delay_ms: 300 }],
];

for (const [name, fault] of STUMBLES) {
  Deno.test(`a checkout makes one session although Stripe ${name}`, async () => {
    const buyer = await signUp(world);
    const { id } = await packageNamed(world, "Starter");
    await withFault(fault, async () => {
      const answer = await post(world, "checkout", buyer.as, { package_id: id });
      const checkout = data(answer, 201, Checkout);
      deepEqual(await sessionsOf(world, checkout.order_id), [checkout.checkout_session_id]);
    });
  });
}

Deno.test("functions without their database are alive and not ready, and refuse as retryable", async () => {
  const person = await signUpWith(world, "10");
  const address = `postgresql://postgres:postgres@127.0.0.1:${CLOSED_PORT}/postgres`;
  await withDeployment(world, { DATABASE_POOL_URL: address }, async (cut) => {
    equal((await get(cut, "health/live", nobody)).status, 200);
    const error = refused(await get(cut, "health/ready", nobody), 503, "not_ready");
    deepEqual((error.details?.checks as Record<string, string>).database, "down");
    const debit = { user_id: person.id, amount: "1", reason: "x" };
    const key = crypto.randomUUID();
    const refusal = await post(cut, "credits/debits", backEnd(cut), debit, { key });
    equal(refused(refusal, 503, "upstream_unavailable").retryable, true);
    refused(await get(cut, "credits", person.as), 503, "upstream_unavailable");
    equal((await post(world, "credits/debits", backEnd(world), debit, { key })).status, 201);
  });
  equal((await balanceOf(world, person.id)).balance, "9");
  await proven(world);
});

Deno.test("functions without a part of their environment are not ready and don't name it", async () => {
  await withDeployment(world, { STRIPE_SECRET_KEY: "" }, async (bare) => {
    const { id } = await packageNamed(bare, "Starter");
    const buyer = await signUp(world);
    const error = refused(
      await post(bare, "checkout", buyer.as, { package_id: id }),
      503,
      "not_ready",
    );
    equal(error.message.includes("STRIPE"), false);
    refused(await post(bare, "stripe-webhook", {}, "{}", { key: null }), 500, "internal");
  });
  await withDeployment(world, { SUPABASE_SECRET_KEYS: "no json" }, async (broken) => {
    const error = refused(await get(broken, "health/live", nobody), 503, "not_ready");
    equal(error.message.includes("SUPABASE"), false);
  });
});
