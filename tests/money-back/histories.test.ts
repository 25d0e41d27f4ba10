/**
 * Test cases of refunds, disputes and warnings. After each step the ledger is compared with the
 * model. The expected end of each case was worked out by hand. Then each case is repeated several
 * times: its events are shuffled, and each event is delivered twice. MONEY_BACK_SEED repeats the
 * shuffles of an earlier run.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import type { Step } from "./model/steps.ts";
import { disagreement, expectedOf } from "./support/compare.ts";
import { inClone, type Ledger, type Seen, withLedgerServer } from "./support/real-ledger.ts";
import { Random } from "./support/random.ts";
import { shuffledAndDoubled } from "./support/reorder.ts";
import { inWords } from "./support/end-in-words.ts";
import { type Case, tell } from "./support/case-steps.ts";
import { CASES } from "./cases/all.ts";

const SEED = Number(Deno.env.get("MONEY_BACK_SEED") ?? crypto.getRandomValues(new Uint32Array(1)));
const SHUFFLES = 3;

/**
 * Maps each buyer's id to the name of the test case, so that the case can be found when the proof
 * reports a violation.
 */
const caseOf = new Map<string, string>();

async function playedAsTheModelSays(
  ledger: Ledger,
  { name }: Case,
  steps: readonly Step[],
): Promise<Seen[]> {
  if (steps.some((step) => step.do === "sweep")) await proven(ledger);
  const buyerId = crypto.randomUUID();
  caseOf.set(buyerId, name);
  const got = await ledger.playEach(buyerId, steps);
  const found = disagreement(steps, expectedOf(steps), got);
  ok(!found, `ledger and model disagree:\n${found}`);
  return got;
}

const outcomesOf = (steps: readonly Step[], seen: readonly Seen[]) =>
  seen.filter((_, index) => !("event" in steps[index]!)).map(({ outcome }) => outcome);

/**
 * Asserts that the shuffled steps end with the same orders and the same balance. The balance may
 * differ if a lot has expired, or if a request has a different outcome.
 */
function endsAlike(straight: [Step[], Seen[]], shuffled: [Step[], Seen[]]): void {
  const [end, other] = [straight[1].at(-1)!.seen, shuffled[1].at(-1)!.seen];
  deepEqual(other.orders, end.orders);
  const [answers, others] = [outcomesOf(...straight), outcomesOf(...shuffled)];
  const hasExpiry = straight[0].some((step) => step.do === "sweep");
  if (!hasExpiry && answers.join() === others.join()) equal(other.balance, end.balance);
}

async function play(ledger: Ledger, testCase: Case, nr: number): Promise<void> {
  const steps = tell(testCase);
  const seen = await playedAsTheModelSays(ledger, testCase, steps);
  equal(inWords(seen.at(-1)!.seen), testCase.ends);
  const refused = seen.map(({ outcome }) => outcome).filter((outcome) => outcome !== "ok");
  deepEqual(refused, testCase.refused ?? []);
  if (testCase.authors) deepEqual(seen.at(-1)!.seen.authors, testCase.authors);
  const random = new Random(SEED + nr);
  for (let shuffle = 0; shuffle < SHUFFLES; shuffle++) {
    const other = shuffledAndDoubled(steps, random);
    endsAlike([steps, seen], [other, await playedAsTheModelSays(ledger, testCase, other)]);
  }
}

/**
 * The proof reads the whole database, so one run of the proof covers many cases. Some cases run the
 * scheduled task that expires the credits of all buyers. This task could repair an error of an
 * earlier case, so the proof also runs before each of these cases.
 */
async function proven(ledger: Ledger): Promise<void> {
  const found = await ledger.violations();
  deepEqual(found.map((each) => ({ case: caseOf.get(each.buyer ?? ""), ...each })), []);
}

Deno.test(`${CASES.length} cases of refunds, shuffled by MONEY_BACK_SEED=${SEED}`, async (t) => {
  await withLedgerServer((server) =>
    inClone(server, "cases", async (ledger) => {
      for (const [nr, testCase] of CASES.entries()) {
        await t.step(testCase.name, () => play(ledger, testCase, nr));
      }
      await proven(ledger);
      await ledger.seal();
      await proven(ledger);
    })
  );
});
