/**
 * Tests charges that the service would refuse. Such a charge becomes known only when the work is
 * done, so it is too late to refuse the work.
 */
import { deepEqual, equal, rejects } from "node:assert/strict";
import { FakeFarthing } from "../testing/fake-farthing.ts";
import { type JournalRecord, memoryJournal } from "./journal.ts";
import { createMetering, type MeteringOptions } from "./metering.ts";
import { chargeOf } from "./price.ts";

const TERMS = { userId: "u1", model: "own", inputTokens: 10, maxOutputTokens: 4_096 };

function start(options: Partial<MeteringOptions> = {}) {
  const service = new FakeFarthing(10_000);
  const journal = memoryJournal();
  const metering = createMetering({
    ...{ farthing: service.client(), journal, timeoutMs: 300 },
    ...options,
  });
  const left = async () => (await journal.list()).records.length;
  return { service, journal, metering, left };
}

const PRICES: [name: string, price: (made: number) => string][] = [
  ["as JavaScript writes a small number", (made) => String(made * 1e-7)],
  ["with 19 decimals", (made) => (made * 0.25).toFixed(made === 1 ? 19 : 2)],
  ["that is not a number", (made) => String(Math.log(made - 1))],
  ["below zero", (made) => String(made - 2)],
  ["of another type", (made) => made === 1 ? 0.25 as unknown as string : "1024"],
];

for (const [name, price] of PRICES) {
  Deno.test(`a price ${name} is an unknown cost, so the most is charged`, async () => {
    const { service, metering, left } = start({
      price: ({ output_tokens }) => price(output_tokens),
    });
    const tokens = { input_tokens: 10, output_tokens: 1 };
    const { settlement } = await metering.meter(
      TERMS,
      () => Promise.resolve({ value: 1, tokens }),
    );
    equal(settlement.status, "settled");
    deepEqual([service.charges, service.open, await left()], [[Number(price(4_096))], 0, 0]);
  });
}

Deno.test("an amount that is not a decimal string is charged the most", async () => {
  const { service, metering } = start();
  for (
    const amount of ["1e-7", "-1", "NaN", "", "0.0000000000000000001", "100000000000000000000"]
  ) {
    const work = () => Promise.resolve({ value: 1, amount });
    await metering.meter({ userId: "u1", amount: "9" }, work);
  }
  deepEqual(service.charges, [9, 9, 9, 9, 9, 9]);
});

Deno.test("more tokens than the service accepts are charged the most", async () => {
  const { service, metering } = start();
  const tokens = { input_tokens: 10, output_tokens: 1_000_000_001 };
  await metering.meter(TERMS, () => Promise.resolve({ value: 1, tokens }));
  deepEqual(service.charges, [4_106]);
  const pricing = { model: "own", price: undefined, metadata: undefined };
  const usage = { input_tokens: 0, output_tokens: 1_000_000_000 };
  deepEqual(chargeOf({ tokens: usage }, pricing), { usage: { model: "own", ...usage } });
});

Deno.test("terms that the service would refuse throw before anything is held", async () => {
  const { service, metering } = start({ price: () => "1e-7" });
  await rejects(metering.begin(TERMS), { name: "TypeError", message: /^price must return/ });
  const wrong = { ...TERMS, inputTokens: 2e9 };
  await rejects(metering.begin(wrong), { name: "TypeError", message: /^inputTokens and max/ });
  const amount = { userId: "u1", amount: "1e-7" };
  await rejects(metering.begin(amount), { name: "TypeError", message: /^amount must be/ });
  equal(service.holds.size, 0);
});

/**
 * Makes the record of a call with a charge that the service refuses. Such a record exists if an
 * earlier version of this package wrote it, or if its usage has an unknown field.
 */
async function refused(charge: JournalRecord["charge"]) {
  const one = start();
  await one.metering.begin(TERMS);
  const [record] = (await one.journal.list()).records;
  await one.journal.write({ ...record!, startedBy: "an earlier process", charge });
  const finish = () => one.metering.finishSettlements({ now: new Date(one.service.now) });
  return { ...one, finish };
}

for (
  const charge of [
    { amount: "1e-7" },
    { usage: { model: "own", input_tokens: 10, output_tokens: 2e9, metadata: { feature: "a" } } },
    { usage: { model: "own", input_tokens: 10, output_tokens: 1, total_tokens: 11 } },
  ]
) {
  const name = JSON.stringify(charge);
  Deno.test(`a charge that the service refuses is what was held: ${name}`, async () => {
    const inTime = await refused(charge);
    deepEqual((await inTime.finish()).pending, []);
    deepEqual([inTime.service.charges, inTime.service.open], [[4_106], 0]);
    const late = await refused(charge);
    late.service.now += 24 * 60 * 60_000;
    deepEqual([(await late.finish()).pending, await late.left()], [[], 0]);
    deepEqual(late.service.charges, [4_106]);
  });
}

for (const status of [400, 413, 422]) {
  Deno.test(`a proxy's ${status} does not make the charge smaller: it is settled later`, async () => {
    const { service, metering, left } = start();
    service.proxied = [status];
    const tokens = { input_tokens: 10, output_tokens: 5_000 };
    const { settlement } = await metering.meter(
      TERMS,
      () => Promise.resolve({ value: 1, tokens }),
    );
    deepEqual([settlement.status, service.charges, await left()], ["pending", [], 1]);
    deepEqual((await metering.finishSettlements()).pending, []);
    deepEqual([service.charges, service.open, await left()], [[5_010], 0, 0]);
  });
}
