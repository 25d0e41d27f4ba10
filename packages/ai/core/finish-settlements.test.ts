/** Tests how processes that share a journal settle calls that were pending or cut off. */
import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { FakeFarthing } from "../testing/fake-farthing.ts";
import type { CallTerms, Settlement } from "./call.ts";
import { type Journal, memoryJournal } from "./journal.ts";
import { createMetering } from "./metering.ts";

const TERMS = { userId: "u1", model: "gpt-4o", inputTokens: 10, maxOutputTokens: 100 };
const HELD = 110;
const tokens = { input_tokens: 7, output_tokens: 5 };
type Reported = [status: Settlement["status"], id: string, terms: CallTerms];

/** An app with a service and a journal; `start` makes the `Metering` of one more process. */
function app(journal: Journal = memoryJournal()) {
  const service = new FakeFarthing();
  const reported: Reported[] = [];
  const start = () =>
    createMetering({
      ...{ farthing: service.client(), journal, timeoutMs: 300 },
      onSettlement: ({ status }, terms, id) => reported.push([status, id, terms]),
    });
  const finish = (alone = false) =>
    start().finishSettlements({ alone, now: new Date(service.now) });
  const left = async () => (await journal.list()).records.length;
  return { service, reported, start, finish, left };
}

/** Ends a call while Farthing is unavailable, so that its charge is pending. */
async function leavePending({ service, start }: ReturnType<typeof app>, metering = start()) {
  const call = await metering.begin(TERMS);
  service.down = ["/settle"];
  equal((await call.end({ tokens })).status, "pending");
  service.down = [];
  return { metering, id: call.id };
}

Deno.test("onSettlement is called again when a pending call is settled", async () => {
  const one = app();
  const { metering, id } = await leavePending(one);
  await metering.finishSettlements();
  deepEqual(one.reported, [["pending", id, TERMS], ["settled", id, {
    ...TERMS,
    ...{ reason: "model call", metadata: undefined },
  }]]);
  deepEqual(one.service.charges, [12]);
});

Deno.test("onSettlement is called at the next start for a call whose process has died", async () => {
  const one = app();
  const { id } = await one.start().begin({ userId: "u1", amount: "9", reason: "a report" });
  await one.finish(true);
  const terms = { userId: "u1", amount: "9", reason: "a report" };
  deepEqual([one.reported, one.service.charges], [[["settled", id, terms]], [9]]);
});

Deno.test("a call that stays pending is reported once, and returned each time", async () => {
  const one = app();
  const { metering, id } = await leavePending(one);
  one.service.down = ["/settle"];
  for (const _ of [1, 2]) {
    const { pending, settled } = await metering.finishSettlements();
    deepEqual([pending.map(({ record }) => record.id), settled], [[id], []]);
  }
  equal(one.reported.length, 1);
});

Deno.test("calls of finishSettlements that overlap settle and report each call once", async () => {
  const one = app();
  const { metering } = await leavePending(one);
  const all = await Promise.all([metering.finishSettlements(), metering.finishSettlements()]);
  deepEqual(all.map(({ settled }) => settled.length), [1, 0]);
  deepEqual(one.reported.map(([status]) => status), ["pending", "settled"]);
});

Deno.test("two processes that finish one journal at the same time charge a call once", async () => {
  const one = app();
  await leavePending(one);
  const all = await Promise.all([one.finish(), one.finish()]);
  deepEqual(all.map(({ pending, running }) => [pending, running]), [[[], []], [[], []]]);
  deepEqual([one.service.charges, one.service.open, await one.left()], [[12], 0, 0]);
});

Deno.test("a call that outlives its hold is charged once, even if another process settles it", async () => {
  const one = app();
  const call = await one.start().begin(TERMS);
  one.service.now += 16 * 60_000;
  await one.finish();
  deepEqual(one.service.charges, [HELD], "nobody knows what the call has spent until then");
  equal((await call.end({ tokens })).status, "settled");
  deepEqual([one.service.charges, await one.left()], [[HELD], 0]);
});

/** A journal whose `list` returns only when the test lets it. */
function slowList() {
  const journal = memoryJournal();
  const asked = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  const list = async () => {
    const listed = await journal.list();
    asked.resolve();
    await go.promise;
    return listed;
  };
  return { journal: { ...journal, list }, asked: asked.promise, go: () => go.resolve() };
}

Deno.test("a call that ends while the journal is listed is not charged from the old list", async () => {
  const { journal, asked, go } = slowList();
  const one = app(journal);
  const metering = one.start();
  const [free, paid, unpaid] = [
    await metering.begin(TERMS),
    await metering.begin(TERMS),
    await metering.begin(TERMS),
  ];
  const finished = metering.finishSettlements({ alone: true });
  await asked;
  one.service.down = ["/release", "/settle"];
  await free.release(); // The service is down, so the hold stays open until it expires.
  await unpaid.end({ tokens });
  one.service.down = [];
  await paid.end({ tokens });
  go();
  const { settled } = await finished;
  deepEqual([settled.map(({ record }) => record.id), one.service.charges], [[unpaid.id], [12, 12]]);
});

Deno.test("a record that could not be removed is removed later, and charges nothing", async () => {
  const journal = memoryJournal();
  let isBroken = true;
  const remove = (id: string) => isBroken ? Promise.reject(new Error("EROFS")) : journal.remove(id);
  const one = app({ ...journal, remove });
  const metering = one.start();
  await (await metering.begin(TERMS)).end({ tokens });
  await (await metering.begin(TERMS)).release();
  equal(await one.left(), 2);
  await metering.finishSettlements();
  equal(await one.left(), 2);
  isBroken = false;
  await metering.finishSettlements();
  deepEqual([await one.left(), one.service.charges, one.reported.length], [0, [12], 2]);
});

Deno.test("a record that was written although the journal reported a failure charges nothing", async () => {
  const journal = memoryJournal();
  const write: Journal["write"] = async (record) => {
    await journal.write(record);
    throw new Error("the database's answer was lost");
  };
  const one = app({ ...journal, write });
  one.service.down = ["/release"];
  await rejects(one.start().begin(TERMS), { name: "JournalError" });
  one.service.down = [];
  const { settled } = await one.finish(true);
  deepEqual([settled, one.service.charges, await one.left()], [[], [], 0]);
});

Deno.test("0 tokens that are settled long after the hold are free, and the record is removed", async () => {
  const one = app();
  const call = await one.start().begin(TERMS);
  one.service.down = ["/settle"];
  await call.end({ tokens: { input_tokens: 0, output_tokens: 0 } });
  one.service.down = [];
  one.service.now += 24 * 60 * 60_000;
  const { settled } = await one.finish();
  deepEqual(settled.map(({ settlement }) => settlement), [{ status: "free" }]);
  ok(await one.left() === 0);
});
