/** Tests work that is metered without the AI SDK. */
import { deepEqual, equal, rejects } from "node:assert/strict";
import { FakeFarthing } from "../testing/fake-farthing.ts";
import type { CallTerms, Settlement } from "./call.ts";
import { type Journal, memoryJournal } from "./journal.ts";
import { createMetering, type MeteringOptions } from "./metering.ts";

const TERMS: CallTerms = { userId: "u1", model: "gpt-4o", inputTokens: 10, maxOutputTokens: 100 };
const HELD = 110;
const tokens = { input_tokens: 7, output_tokens: 5 };
const failure = new Error("no answer");

function start(options: Partial<MeteringOptions> = {}, journal: Journal = memoryJournal()) {
  const service = new FakeFarthing();
  const reported: [Settlement["status"], CallTerms][] = [];
  const metering = createMetering({
    ...{ farthing: service.client(), journal, timeoutMs: 300 },
    onSettlement: ({ status }, terms) => reported.push([status, terms]),
    ...options,
  });
  const left = async () => (await journal.list()).records.length;
  return { service, metering, reported, left };
}

Deno.test("meter returns the value and charges what the work has spent", async () => {
  const { service, metering, reported, left } = start();
  const { value, settlement } = await metering.meter(TERMS, async () => {
    deepEqual([service.open, await left()], [1, 1], "a hold and a record before the work begins");
    return { value: "Four coins.", tokens };
  });
  equal(value, "Four coins.");
  const price = { status: "settled", credits: "12", balanceAfter: "988", isCapped: false };
  deepEqual(settlement, price);
  deepEqual([service.charges, service.open, await left()], [[12], 0, 0]);
  deepEqual(reported, [["settled", TERMS]]);
});

Deno.test("meter charges an amount that the app names", async () => {
  const { service, metering } = start();
  const terms = { userId: "u1", amount: "9" };
  await metering.meter(terms, () => Promise.resolve({ value: 1, amount: "4" }));
  deepEqual([service.charges, service.open], [[4], 0]);
});

Deno.test("meter throws a refusal before the work begins, and the work is not done", async () => {
  const { service, metering } = start();
  service.balance = HELD - 1;
  let isDone = false;
  const work = () => Promise.resolve({ value: isDone = true, tokens });
  await rejects(metering.meter(TERMS, work), { code: "insufficient_credits", status: 402 });
  deepEqual([isDone, service.charges], [false, []]);
  const full = start({}, { ...memoryJournal(), write: () => Promise.reject(failure) });
  await rejects(full.metering.meter(TERMS, work), { name: "JournalError" });
  deepEqual([isDone, full.service.open, full.service.charges], [false, 0, []]);
});

Deno.test("work that throws is free, or costs what it has reported last", async () => {
  const { service, metering, reported } = start();
  await rejects(metering.meter(TERMS, () => Promise.reject(failure)), failure);
  deepEqual([service.charges, service.open], [[], 0]);
  const work = (running: { spent: (spent: { tokens: typeof tokens }) => void }) => {
    running.spent({ tokens: { ...tokens, output_tokens: 1 } });
    running.spent({ tokens });
    throw failure;
  };
  await rejects(metering.meter(TERMS, work), failure);
  deepEqual([service.charges, service.open], [[12], 0]);
  deepEqual(reported.map(([status]) => status), ["free", "settled"]);
});

Deno.test("work whose provider reports no usage, or a wrong one, is charged the most", async () => {
  const { service, metering } = start();
  await metering.meter(TERMS, () => Promise.resolve({ value: 1, tokens: undefined }));
  const wrong = { input_tokens: 7, output_tokens: NaN };
  await metering.meter(TERMS, () => Promise.resolve({ value: 1, tokens: wrong }));
  deepEqual([service.charges, service.open], [[HELD, HELD], 0]);
});

Deno.test("work that has spent no tokens settles its hold with 0 credits", async () => {
  const { service, metering, left } = start();
  const nothing = { input_tokens: 0, output_tokens: 0 };
  await metering.meter(TERMS, () => Promise.resolve({ value: 1, tokens: nothing }));
  deepEqual([service.charges, service.open, await left()], [[0], 0, 0]);
});

Deno.test("a call is charged without the metadata that the service refuses", async () => {
  const { service, metering, left } = start();
  const names = Array.from({ length: 51 }, (_, at) => [`name_${at}`, at]);
  const terms = { ...TERMS, metadata: Object.fromEntries(names) };
  await metering.meter(terms, () => Promise.resolve({ value: 1, tokens }));
  deepEqual([service.charges, service.open, await left()], [[12], 0, 0]);
});

Deno.test("a price that fails at the end leaves a call that is charged the most", async () => {
  let isBroken = false;
  const price = () => {
    if (isBroken) throw failure;
    return "40";
  };
  const { service, metering, reported, left } = start({ price });
  await metering.meter(TERMS, () => Promise.resolve({ value: isBroken = true, tokens }));
  deepEqual([service.charges, await left()], [[], 1]);
  await metering.finishSettlements();
  deepEqual([service.charges, service.open, await left()], [[40], 0, 0]);
  deepEqual(reported.map(([status]) => status), ["pending", "settled"]);
});

Deno.test("only the first end or release of a call counts", async () => {
  const { service, metering, reported } = start();
  const call = await metering.begin(TERMS);
  const ends = await Promise.all([call.end({ tokens }), call.end(), call.release()]);
  deepEqual(ends.map(({ status }) => status), ["settled", "settled", "settled"]);
  const free = await metering.begin(TERMS);
  deepEqual(await Promise.all([free.release(), free.end()]), [{ status: "free" }, {
    status: "free",
  }]);
  deepEqual([service.charges, service.open, reported.length], [[12], 0, 2]);
});

Deno.test("an app's log that throws changes nothing", async () => {
  const onSettlement = () => {
    throw failure;
  };
  const { service, metering } = start({ onSettlement });
  await metering.meter(TERMS, () => Promise.resolve({ value: 1, tokens }));
  deepEqual(service.charges, [12]);
});

/** A journal whose functions throw instead of returning promises that reject. */
function throwing(journal: Journal, names: readonly (keyof Journal)[]): Journal {
  const fail = () => {
    throw failure;
  };
  return { ...journal, ...Object.fromEntries(names.map((name) => [name, fail])) };
}

Deno.test("a journal that throws refuses a call, and never breaks the end of one", async () => {
  const closed = start({}, throwing(memoryJournal(), ["write"]));
  await rejects(closed.metering.begin(TERMS), { name: "JournalError" });
  equal(closed.service.open, 0);
  const { service, metering } = start({}, throwing(memoryJournal(), ["remove"]));
  equal((await (await metering.begin(TERMS)).end({ tokens })).status, "settled");
  equal((await (await metering.begin(TERMS)).release()).status, "free");
  deepEqual([service.charges, service.open], [[12], 0]);
});
