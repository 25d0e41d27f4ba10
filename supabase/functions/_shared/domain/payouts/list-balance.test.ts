import assert from "node:assert/strict";
import { ApiError } from "../../core/errors.ts";
import type { BalancePage } from "../../adapters/stripe/balance-lists.ts";
import { StripeKeyRefused } from "../../adapters/stripe/error-classes.ts";
import { type Fake, makeFake } from "#support/fakes/services.ts";
import { BALANCE_TRANSACTION } from "#support/samples/payouts.ts";
import { listBalance } from "./list-balance.ts";

const UNTIL_MS = Date.parse("2026-11-21T12:01:00Z");
const DUE = {
  claimed_at: "2026-11-21T12:00:00+00:00",
  since: 1_795_000_000,
  until: 1_795_000_900,
  after: null,
};

function page(transaction_id: string, after: string | null): BalancePage {
  return { transactions: [{ ...BALANCE_TRANSACTION, transaction_id }], after };
}

function recorded(fake: Fake) {
  return fake.calls.filter(({ name }) => name === "balance_record").map(({ args }) => args.p_after);
}

Deno.test("no transactions are listed before they are due", async () => {
  const fake = await makeFake();
  assert.deepEqual(await listBalance(fake.services, UNTIL_MS), { listed: 0, failed: 0 });
  assert.deepEqual(fake.names(), ["balance_claim"]);
});

Deno.test("a due period is listed to its end, after the last recorded page", async () => {
  const asked: unknown[] = [];
  const listBalances = ({ since, until }: typeof DUE, after: string | null) => {
    asked.push([since, until, after]);
    return Promise.resolve(after === "txn_0" ? page("txn_1", "txn_1") : page("txn_2", null));
  };
  const fake = await makeFake({
    answers: { balance_claim: () => ({ ...DUE, after: "txn_0" }) },
    payments: { listBalance: listBalances as never },
  });
  assert.deepEqual(await listBalance(fake.services, UNTIL_MS), { listed: 2, failed: 0 });
  assert.deepEqual(asked, [[DUE.since, DUE.until, "txn_0"], [DUE.since, DUE.until, "txn_1"]]);
  assert.deepEqual(recorded(fake), ["txn_1", undefined]);
});

Deno.test("a run stops listing a period that another runner has claimed", async () => {
  const fake = await makeFake({
    answers: { balance_claim: () => DUE, balance_record: () => ({ taken: true }) },
    payments: { listBalance: () => Promise.resolve(page("txn_1", "txn_1")) },
  });
  assert.deepEqual(await listBalance(fake.services, UNTIL_MS), { listed: 0, failed: 0 });
  assert.equal(recorded(fake).length, 1);
});

Deno.test("a failure is logged and counted, and the recorded pages stay", async () => {
  const fake = await makeFake({
    answers: { balance_claim: () => DUE },
    payments: {
      listBalance: (_period, after) =>
        after === null
          ? Promise.resolve(page("txn_1", "txn_1"))
          : Promise.reject(new ApiError("upstream_unavailable")),
    },
  });
  assert.deepEqual(await listBalance(fake.services, UNTIL_MS), { listed: 1, failed: 1 });
  assert(fake.lines.some(({ message }) => message === "balance not listed"));
});

Deno.test("a refused API key is recorded as a setup fault", async () => {
  const refused = new StripeKeyRefused("upstream_unavailable", { internal: "Invalid API Key" });
  const fake = await makeFake({
    answers: { balance_claim: () => DUE },
    payments: { listBalance: () => Promise.reject(refused) },
  });
  assert.deepEqual(await listBalance(fake.services, UNTIL_MS), { listed: 0, failed: 1 });
  const report = fake.calls.find(({ name }) => name === "stripe_faults_report");
  assert.deepEqual(report?.args, {
    p_fault: "key_refused",
    p_detail: "Invalid API Key",
    p_subject: undefined,
  });
});
