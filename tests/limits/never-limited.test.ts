/**
 * Requests that are accepted although the caller's secret key has used up its rate limit: the
 * settlement or release of a hold, and Stripe's webhook.
 */
import { equal } from "node:assert/strict";
import {
  OpenedHold,
  ReleasedHold,
  SettledHold,
} from "../../supabase/functions/_shared/contracts/holds.ts";
import { Ready } from "../../supabase/functions/_shared/contracts/health.ts";
import { proven, withLostEvents } from "../support/project/database.ts";
import { withDeployment } from "../support/processes/deployment.ts";
import { type Answer, backEnd, data, get, nobody, post, refused } from "../support/project/http.ts";
import { useUp } from "./counters.ts";
import { signUpWith } from "../support/project/people.ts";
import { openCheckout, orderBecomes } from "../support/money/purchases.ts";
import { deliver, payInSilence } from "../support/money/stripe.ts";
import { until } from "../support/project/until.ts";
import { readWorld, type World } from "../support/project/world.ts";

const world = readWorld();

/** Runs `use` with a deployment whose secret key has its own name, and therefore its own limit. */
function withOwnKey(use: (cut: World, keyName: string) => Promise<void>): Promise<void> {
  const name = `limits-${crypto.randomUUID()}`;
  return withDeployment(world, {
    SUPABASE_SECRET_KEYS: JSON.stringify({ [name]: world.secretKey }),
    DATABASE_POOL_URL: world.databaseUrl,
  }, (cut) => use(cut, name));
}

/**
 * Repeats a call until it is refused, and asserts that the rate limit refused it. The first calls may be
 * admitted: a process that can't read Redis's answer in time uses its own local count instead.
 */
async function limited(call: () => Promise<Answer>): Promise<void> {
  const answer = await until("the call is refused by Redis's count", async () => {
    const { status, ...more } = await call();
    return status < 300 ? undefined : { status, ...more };
  });
  refused(answer, 429, "rate_limited");
}

async function openHold(cut: World, userId: string): Promise<string> {
  const body = { user_id: userId, amount: "100", reason: "work" };
  const answer = await post(cut, "credits/holds", backEnd(cut), body);
  return data(answer, 201, OpenedHold).hold_id;
}

Deno.test({
  name: "settling, releasing, Stripe's webhook and health work when a key has used up its limit",
  ignore: world.redisUrl === undefined,
  fn: () =>
    withOwnKey(async (cut, id) => {
      const person = await signUpWith(world, "1000");
      const [one, two] = [await openHold(cut, person.id), await openHold(cut, person.id)];
      const checkout = await openCheckout(cut, person);
      await useUp(world, { rule: "key", id, count: 45_000, windowSeconds: 60 });

      const debit = { user_id: person.id, amount: "1", reason: "work" };
      await limited(() => post(cut, "credits/debits", backEnd(cut), debit));
      await limited(() => get(cut, `credits?user_id=${person.id}`, backEnd(cut)));

      const settle = await post(cut, `credits/holds/${one}/settle`, backEnd(cut), { amount: "40" });
      equal(data(settle, 200, SettledHold).settled, "40");
      const release = await post(cut, `credits/holds/${two}/release`, backEnd(cut), {});
      equal(data(release, 200, ReleasedHold).status, "released");
      await withLostEvents(world, "shared", async () => {
        const events = await payInSilence(world, checkout);
        for (const event of events) equal((await deliver(cut, event)).status, 200);
      });
      await orderBecomes(world, person, checkout.order_id, "paid");
      equal((await get(cut, "health/live", nobody)).status, 200);
      await until("readiness reports Redis as ok", async () => {
        const { checks } = data(await get(cut, "health/ready", nobody), 200, Ready);
        return checks.redis === "ok" || undefined;
      });
      await proven(world);
    }),
});

Deno.test({
  name:
    "a key's limit does not limit users, and a user's limit does not stop charges of their credits",
  ignore: world.redisUrl === undefined,
  fn: () =>
    withOwnKey(async (cut, id) => {
      const person = await signUpWith(world, "1000");
      await useUp(world, { rule: "key", id, count: 45_000, windowSeconds: 60 });
      equal((await get(cut, "credits", person.as)).status, 200);
      await useUp(world, { rule: "default", id: person.id, count: 100, windowSeconds: 60 });
      await limited(() => get(cut, "credits", person.as));
      const debit = { user_id: person.id, amount: "1", reason: "work" };
      equal((await post(world, "credits/debits", backEnd(world), debit)).status, 201);
      await proven(world);
    }),
});
