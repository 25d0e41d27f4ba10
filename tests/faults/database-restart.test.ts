/**
 * The database is killed and restarted during charges and webhook deliveries. Callers wait, or get
 * an error with Retry-After. No charge is lost or made twice. The functions in this test use the
 * data API; the tests in tests/database show that calls through the pool fail in the same ways.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { countEntries, proven } from "../support/project/database.ts";
import { withDeployment } from "../support/processes/deployment.ts";
import { type Answer, backEnd, post, refused, send } from "../support/project/http.ts";
import { databaseIsBack } from "../support/processes/killing.ts";
import { type Person, signUp, signUpWith } from "../support/project/people.ts";
import { balanceOf, openCheckout, orderBecomes } from "../support/money/purchases.ts";
import { deliver, payInSilence } from "../support/money/stripe.ts";
import { until } from "../support/project/until.ts";
import { readWorld, type World } from "../support/project/world.ts";

const world = readWorld();
const PEOPLE = 4;
const CHARGES = 240;
const PURCHASES = 6;
const WORKERS = 8;
/** The database is killed when these fractions of all requests have been answered. */
const MOMENTS = [1 / 3, 2 / 3];
const DEADLINE_MS = 60_000;

async function turn(path: "database/crash" | "database/start"): Promise<void> {
  const init = { method: "POST", headers: backEnd(world) };
  equal((await send(`${world.url}/stack/${path}`, init)).status, 204);
}

/** A request, its status if it succeeds, and a check of the answer if it fails. */
interface Act {
  readonly ask: (where: World) => Promise<Answer>;
  readonly done: number;
  readonly check: (answer: Answer) => void;
}

/**
 * Asserts that the error is retryable. It is 503 with Retry-After, or 408 if the database is unavailable for
 * longer than the request's deadline.
 */
function mayComeAgain(answer: Answer): void {
  if (answer.status === 408) {
    equal(refused(answer, 408, "request_timeout").retryable, true);
    return;
  }
  equal(refused(answer, 503, "upstream_unavailable").retryable, true);
  ok(Number(answer.headers.get("retry-after")) >= 1, answer.text);
}

function chargeOf({ id: user_id }: Person, index: number): Act {
  const body = { user_id, model: "gpt-4o", input_tokens: 250, output_tokens: 0 };
  const key = `${user_id}-${index}`;
  const ask = (where: World) => post(where, "usage", backEnd(where), body, { key });
  return { ask, done: 201, check: mayComeAgain };
}

/**
 * Asserts that the answer is 500, or 408 if the database is unavailable for longer than the
 * request's deadline. After either status, Stripe delivers the event again.
 */
function mayBeDeliveredAgain(answer: Answer): void {
  ok([408, 500].includes(answer.status), `${answer.status}: ${answer.text}`);
}

/** Makes a paid purchase whose events the emulator does not deliver. The test delivers the events. */
async function newPurchase() {
  const buyer = await signUp(world);
  const order = await openCheckout(world, buyer);
  const events = await payInSilence(world, order);
  const acts = events.map((event): Act => ({
    ask: (where) => deliver(where, event),
    done: 200,
    check: mayBeDeliveredAgain,
  }));
  return { buyer, orderId: order.order_id, acts };
}

/**
 * Sends each request once, several at the same moment. After each answer, calls `onDone` with the number of
 * answers so far. Returns the requests that failed.
 */
async function doOnce(cut: World, acts: readonly Act[], onDone: (count: number) => void) {
  const left: Act[] = [];
  const queue = [...acts];
  let over = 0;
  const work = async () => {
    for (let act = queue.shift(); act !== undefined; act = queue.shift()) {
      const answer = await act.ask(cut);
      if (answer.status !== act.done) {
        act.check(answer);
        left.push(act);
      }
      onDone(over += 1);
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, work));
  return left;
}

async function makePeople() {
  const people = await Promise.all(Array.from({ length: PEOPLE }, () => signUpWith(world, "1000")));
  const purchases = await Promise.all(Array.from({ length: PURCHASES }, newPurchase));
  const charges = Array.from(
    { length: CHARGES },
    (_, index) => chargeOf(people[index % PEOPLE]!, index),
  );
  // Each kill must interrupt both charges and deliveries, so the deliveries are mixed among the charges.
  const deliveries = purchases.flatMap(({ acts }) => acts);
  const every = Math.floor(CHARGES / deliveries.length);
  const acts = charges.flatMap((charge, index) =>
    index % every === 0 ? [charge, ...deliveries.splice(0, 1)] : [charge]
  );
  return { people, purchases, acts: [...acts, ...deliveries] };
}

Deno.test({
  name: "a database that restarts under load causes a pause, and everything happens once",
  ignore: world.dataDir === undefined,
  fn: async () => {
    const { people, purchases, acts } = await makePeople();
    await withDeployment(world, {}, async (cut) => {
      const restarts: Promise<void>[] = [];
      const restart = (count: number) => {
        if (!MOMENTS.map((part) => Math.floor(part * acts.length)).includes(count)) return;
        restarts.push(turn("database/crash").then(() => turn("database/start")));
      };
      const left = await doOnce(cut, acts, restart).finally(() => Promise.all(restarts));
      equal(restarts.length, MOMENTS.length);
      await databaseIsBack(world);
      for (const { ask, done } of left) {
        await until("the request succeeds", async () => {
          return (await ask(cut)).status === done || undefined;
        }, DEADLINE_MS);
      }
    });
    for (const { id } of people) {
      equal(await countEntries(world, id, "usage"), CHARGES / PEOPLE);
      equal((await balanceOf(world, id)).balance, String(1000 - 5 * CHARGES / PEOPLE));
    }
    for (const { buyer, orderId } of purchases) {
      await orderBecomes(world, buyer, orderId, "paid");
      equal(await countEntries(world, buyer.id), 1);
    }
    await proven(world);
  },
});

Deno.test({
  name: "a database that stays down is a 503, and the key succeeds after the restart",
  ignore: world.dataDir === undefined,
  fn: async () => {
    const person = await signUpWith(world, "10");
    const charge = chargeOf(person, 0);
    await withDeployment(world, {}, async (cut) => {
      await turn("database/crash");
      try {
        mayComeAgain(await charge.ask(cut));
        mayComeAgain(await charge.ask(cut));
      } finally {
        await turn("database/start");
      }
      await databaseIsBack(world);
      const answer = await until("the charge succeeds", async () => {
        const answer = await charge.ask(cut);
        return answer.status === charge.done ? answer : undefined;
      }, DEADLINE_MS);
      equal(answer.status, 201);
    });
    deepEqual(await countEntries(world, person.id, "usage"), 1);
    await proven(world);
  },
});
