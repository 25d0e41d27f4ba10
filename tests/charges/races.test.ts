/** Charges, debits and holds at the same moment never take more credits than are available. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { Debit } from "../../supabase/functions/_shared/contracts/credits.ts";
import { OpenedHold } from "../../supabase/functions/_shared/contracts/holds.ts";
import { BatchResult, Charge } from "../../supabase/functions/_shared/contracts/usage.ts";
import { countEntries, proven } from "../support/project/database.ts";
import { withDeployment } from "../support/processes/deployment.ts";
import { type Answer, backEnd, data, envelope, post, refused } from "../support/project/http.ts";
import { signUp, signUpWith } from "../support/project/people.ts";
import { balanceOf } from "../support/money/purchases.ts";
import { until } from "../support/project/until.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();
const service = backEnd(world);

function together<T>(count: number, act: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => act(index)));
}

/**
 * Sends a request. Repeats it, as a client must, as long as an earlier request with the same
 * idempotency key is in progress.
 */
function answered(ask: () => Promise<Answer>): Promise<Answer> {
  return until("the first call is answered", async () => {
    const answer = await ask();
    if (answer.status !== 409) return answer;
    refused(answer, 409, "idempotency_in_progress");
    ok(Number(answer.headers.get("retry-after")) >= 1);
    return undefined;
  });
}

/** Usage that costs 5 credits at gpt-4o's rate. */
const usageOf = (user_id: string) => ({
  user_id,
  model: "gpt-4o",
  input_tokens: 250,
  output_tokens: 0,
});

Deno.test("T12: 50 identical charges at once make one charge and get 50 equal answers", async () => {
  const person = await signUpWith(world, "1000");
  const key = crypto.randomUUID();
  const ask = () => post(world, "usage", service, usageOf(person.id), { key });
  const answers = await together(50, () => answered(ask));
  const charges = answers.map((answer) => data(answer, 201, Charge));
  for (const charge of charges) deepEqual(charge, charges[0]);
  const fresh = answers.filter(({ headers }) => headers.get("idempotency-replayed") === null);
  equal(fresh.length, 1);
  equal(await countEntries(world, person.id, "usage"), 1);
  equal((await balanceOf(world, person.id)).balance, "995");
  await proven(world);
});

Deno.test("one event under 50 keys at once is charged once", async () => {
  const person = await signUpWith(world, "1000");
  const body = { ...usageOf(person.id), event_id: "same" };
  const answers = await together(50, () => post(world, "usage", service, body));
  equal(answers.filter(({ status }) => status === 201).length, 1);
  const charges = answers.map((answer) => data(answer, answer.status, Charge));
  equal(new Set(charges.map(({ transaction_id }) => transaction_id)).size, 1);
  equal(charges.filter(({ duplicate }) => duplicate).length, 49);
  equal((await balanceOf(world, person.id)).balance, "995");
  await proven(world);
});

interface Kind {
  name: string;
  path: string;
  body: (userId: string) => object;
}

const KINDS: Kind[] = [
  { name: "charges", path: "usage", body: usageOf },
  {
    name: "debits",
    path: "credits/debits",
    body: (user_id) => ({ user_id, amount: "5", reason: "x" }),
  },
];

for (const { name, path, body } of KINDS) {
  Deno.test(`T1: 50 ${name} at once with credits for 20: exactly 20 succeed`, async () => {
    const person = await signUpWith(world, "100");
    const answers = await together(50, () => post(world, path, service, body(person.id)));
    const admitted = answers.filter(({ status }) => status === 201);
    equal(admitted.length, 20);
    const after = admitted.map(({ text }) => Number(JSON.parse(text).data.balance_after));
    deepEqual(after.sort((a, b) => a - b), Array.from({ length: 20 }, (_, index) => index * 5));
    for (const answer of answers.filter(({ status }) => status !== 201)) {
      deepEqual(refused(answer, 402, "insufficient_credits").details?.required, "5");
    }
    const { balance, available } = await balanceOf(world, person.id);
    deepEqual([balance, available], ["0", "0"]);
    equal(await countEntries(world, person.id), 21);
    await proven(world);
  });
}

Deno.test("T18: 50 holds at once with credits for 20: exactly 20 succeed", async () => {
  const person = await signUpWith(world, "100");
  const body = { user_id: person.id, amount: "5" };
  const answers = await together(50, () => post(world, "credits/holds", service, body));
  const opened = answers.filter(({ status }) => status === 201)
    .map((answer) => data(answer, 201, OpenedHold));
  equal(opened.length, 20);
  const { balance, held, available } = await balanceOf(world, person.id);
  deepEqual([balance, held, available], ["100", "100", "0"]);
  const settled = await together(
    20,
    (index) =>
      post(world, `credits/holds/${opened[index]!.hold_id}/settle`, service, { amount: "5" }),
  );
  deepEqual(settled.map(({ status }) => status), Array(20).fill(200));
  deepEqual((await balanceOf(world, person.id)).balance, "0");
  await proven(world);
});

Deno.test("T18: of six holds of 1,000 on 5,000 credits five open, and the sixth has no id", async () => {
  const person = await signUpWith(world, "5000");
  const body = { user_id: person.id, amount: "1000" };
  const answers = await together(6, () => post(world, "credits/holds", service, body));
  const isOpen = ({ status }: Answer) => status === 201;
  equal(answers.filter(isOpen).length, 5);
  const error = envelope(answers.find((answer) => !isOpen(answer))!).error;
  equal(error?.code, "insufficient_credits");
  equal(JSON.stringify(error).includes("hold_id"), false);
  await proven(world);
});

Deno.test("T8: a hold settled and released many times at once ends once", async () => {
  for (let round = 0; round < 5; round++) {
    const person = await signUpWith(world, "100");
    const body = { user_id: person.id, amount: "40" };
    const held = await post(world, "credits/holds", service, body);
    const path = `credits/holds/${data(held, 201, OpenedHold).hold_id}`;
    const answers = await Promise.all(
      Array.from(
        { length: 20 },
        (_, index) =>
          index % 2 === 0
            ? post(world, `${path}/settle`, service, { amount: String(index + 1) })
            : post(world, `${path}/release`, service, {}),
      ),
    );
    const winners = answers.filter(({ status }) => status === 200);
    equal(winners.length, 1);
    for (const answer of answers.filter(({ status }) => status !== 200)) {
      refused(answer, 409, "hold_not_open");
    }
    const { settled = "0" } = JSON.parse(winners[0]!.text).data;
    const { balance, held: stillHeld } = await balanceOf(world, person.id);
    deepEqual([balance, stillHeld], [String(100 - Number(settled)), "0"]);
  }
  await proven(world);
});

Deno.test("T1: charges, debits and holds at once never take more than the available credits", async () => {
  const person = await signUpWith(world, "100");
  const hold = { user_id: person.id, amount: "5" };
  const debit = { ...hold, reason: "x" };
  const answers = await together(
    60,
    (index) =>
      index % 3 === 0
        ? post(world, "credits/holds", service, hold)
        : index % 3 === 1
        ? post(world, "credits/debits", service, debit)
        : post(world, "usage", service, usageOf(person.id)),
  );
  equal(answers.filter(({ status }) => status === 201).length, 20);
  equal(answers.filter(({ status }) => status === 402).length, 40);
  const { held, available } = await balanceOf(world, person.id);
  const holds = answers.filter(({ status }, index) => status === 201 && index % 3 === 0).length;
  deepEqual([held, available], [String(holds * 5), "0"]);
  await proven(world);
});

Deno.test("T1: charges of two deployments at once never take more than the available credits", async () => {
  await withDeployment(world, { DATABASE_POOL_URL: world.databaseUrl }, async (second) => {
    const person = await signUpWith(world, "100");
    const answers = await together(80, (index) => {
      const through = index % 2 === 0 ? world : second;
      return post(through, "usage", service, usageOf(person.id));
    });
    equal(answers.filter(({ status }) => status === 201).length, 20);
    equal(answers.filter(({ status }) => status === 402).length, 60);
    equal((await balanceOf(world, person.id)).balance, "0");
  });
  await proven(world);
});

Deno.test("identical debits at once are one debit", async () => {
  const person = await signUpWith(world, "100");
  const key = crypto.randomUUID();
  const body = { user_id: person.id, amount: "7", reason: "x" };
  const ask = () => post(world, "credits/debits", service, body, { key });
  const answers = await together(30, () => answered(ask));
  const debits = answers.map((answer) => data(answer, 201, Debit));
  for (const debit of debits) deepEqual(debit, debits[0]);
  equal((await balanceOf(world, person.id)).balance, "93");
  await proven(world);
});

Deno.test("batches about the same users in opposite orders all end and charge once", async () => {
  const people = await Promise.all(["a", "b", "c", "d"].map(() => signUpWith(world, "1000")));
  // The first batch that names a new user creates the user's account.
  const fresh = await Promise.all(["e", "f", "g"].map(() => signUp(world)));
  const event = (id: string, event_id: string) => ({ ...usageOf(id), event_id });
  const forth = [...people, ...fresh].flatMap(({ id }) =>
    ["1", "2", "3"].map((name) => event(id, name))
  );
  const batch = (index: number) => {
    const events = index % 2 === 0 ? forth : forth.toReversed();
    return post(world, "usage/batch", service, { events });
  };
  const results = (await together(20, batch)).map((answer) => data(answer, 200, BatchResult));
  equal(results.reduce((sum, { accepted }) => sum + accepted, 0), 12);
  equal(results.reduce((sum, { duplicates }) => sum + duplicates, 0), 19 * 12);
  equal(results.reduce((sum, { rejected }) => sum + rejected.length, 0), 20 * 9);
  for (const { id } of people) equal((await balanceOf(world, id)).balance, "985");
  await proven(world);
});
