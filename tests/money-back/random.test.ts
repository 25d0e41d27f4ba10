/**
 * Random histories of purchases, spending, holds, refunds, disputes, warnings and passing time. After each
 * step the ledger is compared with the model. MONEY_BACK_SEED repeats the histories of a seed.
 * MONEY_BACK_RUNS sets the number of histories; the default is 1,000, and 10,000 in the full run.
 */
import { fail } from "node:assert/strict";
import type { DatabaseServer } from "@farthing/local-stack/postgres";
import { IS_FULL } from "../../scripts/test-tools/full-run.ts";
import type { Step } from "./model/steps.ts";
import { disagreement, expectedOf } from "./support/compare.ts";
import { inClone, type Ledger, withLedgerServer } from "./support/real-ledger.ts";
import { Random } from "./support/random.ts";
import { randomHistory } from "./support/random-history.ts";
import { shrunk } from "./support/shrink.ts";

const SEED = Number(Deno.env.get("MONEY_BACK_SEED") ?? crypto.getRandomValues(new Uint32Array(1)));
const RUNS = Number(Deno.env.get("MONEY_BACK_RUNS") ?? (IS_FULL ? 10_000 : 1_000));
/**
 * Each batch of histories has its own database. The proof reads the whole database, so it would
 * take longer with more histories in one database. The proof runs at the end of a batch. By then,
 * an error of one history may have been repaired: the scheduled task in a later history expires the
 * credits of all buyers. The proof misses such an error, but the comparison with the model finds
 * it.
 */
const LANES = 2;
const BATCH = Math.min(1_000, Math.ceil(RUNS / LANES));

const historyOf = (run: number) => randomHistory(new Random(SEED + Math.imul(run, 0x9e3779b1)));

/**
 * The buyer's id contains the number of the history, so that the history can be found when the proof
 * reports a violation.
 */
const buyerOf = (run: number) => `00000000-0000-4000-8000-${run.toString(16).padStart(12, "0")}`;

async function disagreementOn(
  ledger: Ledger,
  buyerId: string,
  steps: readonly Step[],
  asksEach = false,
): Promise<string | undefined> {
  return disagreement(steps, expectedOf(steps), await ledger.play(buyerId, steps, asksEach));
}

async function compare(ledger: Ledger, run: number): Promise<void> {
  const steps = historyOf(run);
  const found = await disagreementOn(ledger, buyerOf(run), steps);
  if (!found) return;
  const again = (some: readonly Step[]) => disagreementOn(ledger, crypto.randomUUID(), some, true);
  const shortest = await shrunk(steps, async (some) => await again(some) !== undefined);
  const named = `history ${run} of MONEY_BACK_SEED=${SEED}`;
  fail(`${named}; the shortest history that still fails:\n${await again(shortest)}`);
}

async function prove(ledger: Ledger, first: number, last: number): Promise<void> {
  const [violation] = await ledger.violations();
  if (!violation) return;
  const runs = Array.from({ length: last - first }, (_, index) => first + index);
  const run = runs.find((each) => buyerOf(each) === violation.buyer);
  const steps = run === undefined ? [] : historyOf(run).map((step) => JSON.stringify(step));
  fail(`after history ${run} of MONEY_BACK_SEED=${SEED} the proof finds violations:
${JSON.stringify(violation)}\n${steps.join("\n")}`);
}

async function playBatch(server: DatabaseServer, first: number): Promise<void> {
  await inClone(server, `random_${first}`, async (ledger) => {
    const last = Math.min(first + BATCH, RUNS);
    for (let run = first; run < last; run++) await compare(ledger, run);
    await prove(ledger, first, last);
  });
}

Deno.test(`${RUNS} random histories end in the ledger as in the model, MONEY_BACK_SEED=${SEED}`, async () => {
  await withLedgerServer(async (server) => {
    const batches = Array.from({ length: Math.ceil(RUNS / BATCH) }, (_, index) => index * BATCH);
    const lane = async () => {
      for (let first = batches.shift(); first !== undefined; first = batches.shift()) {
        await playBatch(server, first);
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
  });
});
