/**
 * Tests metering in the mode `observe`: it reports what a call would have cost, and refuses no
 * call.
 */
import { deepEqual, equal, rejects } from "node:assert/strict";
import { FakeFarthing } from "../testing/fake-farthing.ts";
import type { Settlement } from "./call.ts";
import type { Journal } from "./journal.ts";
import { createMetering, type MeteringOptions } from "./metering.ts";

const TERMS = { userId: "u1", model: "gpt-4o", inputTokens: 10, maxOutputTokens: 100 };
const tokens = { input_tokens: 7, output_tokens: 5 };

const broken: Journal = {
  write: () => Promise.reject(new Error("ENOSPC")),
  remove: () => Promise.reject(new Error("ENOSPC")),
  list: () => Promise.reject(new Error("ENOSPC")),
};

/**
 * Makes a `Metering` in the mode `observe`. The users have no credits, and its journal can't be
 * written.
 */
function start(options: Partial<MeteringOptions> = {}) {
  const service = new FakeFarthing(0);
  const reported: Settlement[] = [];
  const metering = createMetering({
    ...{ farthing: service.client(), journal: broken, mode: "observe", timeoutMs: 300 },
    onSettlement: (settlement) => reported.push(settlement),
    ...options,
  });
  return { service, metering, reported };
}

Deno.test("observing reports the price, and holds, charges and refuses nothing", async () => {
  const { service, metering, reported } = start();
  const work = () => Promise.resolve({ value: "Four coins.", tokens });
  const { value, settlement } = await metering.meter(TERMS, work);
  deepEqual([value, settlement], ["Four coins.", { status: "observed", credits: "12" }]);
  deepEqual(reported, [settlement]);
  deepEqual(service.seen.map(({ route }) => route), ["POST /usage/estimate"]);
  deepEqual([service.charges, service.holds.size], [[], 0]);
});

Deno.test("observing prices work of unknown cost by the most, and failed work as free", async () => {
  const { metering, reported } = start();
  await metering.meter(TERMS, () => Promise.resolve({ value: 1, tokens: undefined }));
  await rejects(metering.meter(TERMS, () => Promise.reject(new Error("overloaded"))));
  deepEqual(reported, [{ status: "observed", credits: "110" }, { status: "free" }]);
});

Deno.test("observing reports the app's own price without a request", async () => {
  const { service, metering, reported } = start({
    price: ({ output_tokens }) => `${output_tokens}`,
  });
  await metering.meter(TERMS, () => Promise.resolve({ value: 1, tokens }));
  deepEqual([reported, service.seen], [[{ status: "observed", credits: "5" }], []]);
});

Deno.test("observing works while Farthing is unavailable, and the price is then unknown", async () => {
  const { service, metering, reported } = start();
  service.down = ["/estimate"];
  const { value } = await metering.meter(TERMS, () => Promise.resolve({ value: 4, tokens }));
  const [settlement] = reported;
  deepEqual([value, settlement?.status], [4, "observed"]);
  equal(settlement?.status === "observed" && settlement.credits, null);
});
