/**
 * Charges a list of past usage events in batches. A back end collects the events while it cannot report
 * usage.
 */
import { z } from "@hono/zod-openapi";
import { OwnUsageEvent } from "../../../contracts/usage.ts";
import { defineJobType, type EstimateLine } from "../job-type.ts";

const MAX_EVENTS = 5_000;
const BATCH_SIZE = 500;
/** The number of decimals of an amount of credits. */
const DECIMALS = 18;

const Input = z.strictObject({
  events: z.array(OwnUsageEvent).min(1).max(MAX_EVENTS)
    .openapi({
      description: "Each event has an id of its own and is charged only once, for ever.",
    }),
}).openapi("UsageBackfillInput");

type Event = z.output<typeof OwnUsageEvent>;

/** The price of a usage event depends only on its model, its tokens and its time. */
function priceOf({ event_id: _id, metadata: _metadata, ...line }: Event): EstimateLine {
  return line;
}

function batchesOf(events: readonly Event[]): Event[][] {
  const count = Math.ceil(events.length / BATCH_SIZE);
  return Array.from(
    { length: count },
    (_, nr) => events.slice(nr * BATCH_SIZE, (nr + 1) * BATCH_SIZE),
  );
}

function toUnits(amount: string): bigint {
  const [whole = "0", fraction = ""] = amount.split(".");
  return BigInt(whole + fraction.padEnd(DECIMALS, "0"));
}

/**
 * Returns the sum of non-negative amounts, as decimal text without trailing zeros. The sum is
 * computed with a bigint, because a JavaScript number cannot hold 18 decimals.
 */
function addCredits(amounts: readonly string[]): string {
  const units = amounts.reduce((sum, amount) => sum + toUnits(amount), 0n);
  const digits = String(units).padStart(DECIMALS + 1, "0");
  const fraction = digits.slice(-DECIMALS).replace(/0+$/, "");
  return digits.slice(0, -DECIMALS) + (fraction === "" ? "" : `.${fraction}`);
}

export const usageBackfill = defineJobType({
  type: "usage_backfill",
  summary: "Charges a list of past uses of models, each at most once",
  // Users may not start this job. Otherwise a user could send the id of a usage event with few
  // tokens, before the back end reports that event with its real tokens. The user would then be
  // charged too little.
  who: ["secret"],
  input: Input,
  stepCpuMs: 10,
  estimate: (input) => Promise.resolve(input.events.map(priceOf)),
  run: async (job, { events }, { metrics }) => {
    const charges = [];
    let doneEvents = 0;
    for (const [index, batch] of batchesOf(events).entries()) {
      const name = `batch-${index + 1}`;
      doneEvents += batch.length;
      const progress = Math.floor(100 * doneEvents / events.length);
      await job.step(
        name,
        () => Promise.resolve({ output: { events: batch.length }, usage: batch, progress }),
      );
      charges.push(await job.chargeOf(name));
    }
    const duplicates = charges.reduce((sum, charge) => sum + charge.duplicates, 0);
    const conflicts = charges.reduce((sum, charge) => sum + charge.conflicts, 0);
    if (conflicts > 0) metrics.count("usage_conflicts", { from: "job" }, conflicts);
    return {
      charged: events.length - duplicates - conflicts,
      duplicates,
      conflicts,
      credits: addCredits(charges.map(({ credits }) => credits)),
    };
  },
});
