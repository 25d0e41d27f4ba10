import assert from "node:assert/strict";
import type { RefundToSend } from "../_shared/contracts/database/results/refunds.ts";
import type { TransferToMake } from "../_shared/contracts/database/results/bookings.ts";
import type { PayoutToList } from "../_shared/contracts/database/results/payouts.ts";
import { ApiError } from "../_shared/core/errors.ts";
import type { ListedEvent } from "../_shared/adapters/stripe/event-feed.ts";
import type { AccountFacts } from "../_shared/contracts/stripe/event-facts.ts";
import { watchLifetime } from "../_shared/core/isolate.ts";
import { StripeRefused } from "../_shared/adapters/stripe/error-classes.ts";
import { type Fake, listedEvent, makeFake } from "#support/fakes/services.ts";
import { PAYOUT_TO_LIST } from "#support/samples/payouts.ts";
import { REFUND_TO_SEND } from "#support/samples/refunds.ts";
import { send } from "#support/cases/routes.ts";
import { until } from "#support/until.ts";

const CLAIMED_AT = "2026-11-21T12:00:00+00:00";
const NOTHING = {
  refunds_sent: 0,
  refunds_failed: 0,
  transfers_made: 0,
  transfers_failed: 0,
  top_ups_charged: 0,
  top_ups_failed: 0,
  welcome_granted: 0,
  cards_updated: 0,
  cards_failed: 0,
  payouts_reconciled: 0,
  payouts_failed: 0,
  transactions_listed: 0,
  balance_failed: 0,
  events_backfilled: 0,
  events_unreadable: 0,
  sessions_read: 0,
  sessions_failed: 0,
};

function run(fake: Fake) {
  return send(fake, "POST", "/payment-runner", { as: "secret" });
}

/** Stubs a database that gives out each of `count` refunds once. */
function queueOf(count: number) {
  const due = Array.from(
    { length: count },
    (_, index): RefundToSend => ({ ...REFUND_TO_SEND, refund_id: `refund-${index}` }),
  );
  return {
    refunds_claim: ({ p_limit }: { p_limit: number }) => due.splice(0, p_limit),
  };
}

/** Stubs the hourly backfill. Only the first claim returns the backfill. */
function oneBackfill() {
  let isClaimed = false;
  return {
    backfills_claim: () => {
      if (isClaimed) return null;
      isClaimed = true;
      return { claimed_at: CLAIMED_AT, since: 1_795_000_000 };
    },
  };
}

Deno.test("a run without due work reports zeros, and keeps its isolate alive during the run", async () => {
  const fake = await makeFake();
  assert.deepEqual((await (await run(fake)).json()).data, NOTHING);
  assert.equal(fake.background.length, 1);
});

Deno.test("all due refunds are sent, batch by batch, without idempotency keys of callers", async () => {
  const fake = await makeFake({ answers: queueOf(12) });
  assert.deepEqual((await (await run(fake)).json()).data, { ...NOTHING, refunds_sent: 12 });
  const attached = fake.calls.filter(({ name }) => name === "refunds_attach");
  assert.equal(new Set(attached.map(({ args }) => args.p_refund_id)).size, 12);
});

Deno.test("a refund that Stripe refuses has failed, and the others are sent", async () => {
  const no = new StripeRefused({
    internal: "stripe: no",
    cause: undefined,
    stripeCode: "charge_already_refunded",
    declineCode: null,
    param: null,
    payment: null,
  });
  const createRefund = ({ refund_id }: RefundToSend) =>
    refund_id === "refund-3" ? Promise.reject(no) : Promise.resolve({ id: `re_${refund_id}` });
  const fake = await makeFake({ answers: queueOf(7), payments: { createRefund } });
  const { data } = await (await run(fake)).json();
  assert.deepEqual(data, { ...NOTHING, refunds_sent: 6, refunds_failed: 1 });
  const [refuse] = fake.calls.filter(({ name }) => name === "refunds_refuse");
  assert.deepEqual(refuse?.args, {
    p_refund_id: "refund-3",
    p_error: "stripe: no",
    p_idempotency_key: undefined,
  });
});

Deno.test("a transfer that Stripe made is stored with Stripe's id", async () => {
  const due: TransferToMake[] = [{
    move_id: "move-1",
    kind: "transfer",
    booking_id: "booking-1",
    amount: 970,
    currency: "usd",
    charge_id: "ch_1",
    stripe_account_id: "acct_1",
    transfer_id: null,
  }];
  const fake = await makeFake({ answers: { transfers_claim: () => due.splice(0) } });
  const { data } = await (await run(fake)).json();
  assert.deepEqual(data, { ...NOTHING, transfers_made: 1 });
  assert.deepEqual(
    fake.calls.filter(({ name }) => name === "transfers_finish").map(({ args }) => args),
    [{ p_move_id: "move-1", p_stripe_id: "trr_1", p_error: undefined, p_refused: undefined }],
  );
});

Deno.test("while Stripe is unavailable only one batch is attempted", async () => {
  const createRefund = () => Promise.reject(new ApiError("upstream_unavailable"));
  const fake = await makeFake({ answers: queueOf(50), payments: { createRefund } });
  const { data } = await (await run(fake)).json();
  assert.equal(data.refunds_sent, 0);
  assert.equal(fake.calls.filter(({ name }) => name === "refunds_claim").length, 1);
  const postponed = fake.calls.filter(({ name }) => name === "refunds_postpone");
  assert.equal(postponed.length, data.refunds_failed);
});

Deno.test("a part that fails at once stops no other part", async () => {
  const slow = Promise.withResolvers<void>();
  const listEvents = async function* (): AsyncGenerator<ListedEvent[]> {
    await slow.promise;
    yield [];
  };
  const fake = await makeFake({
    answers: {
      ...oneBackfill(),
      refunds_claim: () => Promise.reject(new ApiError("upstream_unavailable")),
    },
    payments: { listEvents },
  });
  let isOver = false;
  const answering = run(fake).finally(() => isOver = true);
  await until("events are asked for", () => fake.names().includes("backfills_claim"));
  await new Promise((next) => setTimeout(next, 0));
  assert.equal(isOver, false);
  slow.resolve();
  assert.equal((await answering).status, 503);
  assert(fake.names().includes("backfills_finish"), "the backfill was not ended");
});

Deno.test("a run ends when its time is up, with refunds left", async () => {
  // Each read of the clock advances it by 30 s. A run has 100 s.
  let seconds = 0;
  const now = () => new Date((seconds += 30) * 1000);
  const fake = await makeFake({ answers: queueOf(50), now });
  const { data } = await (await run(fake)).json();
  assert(data.refunds_sent > 0 && data.refunds_sent < 50, String(data.refunds_sent));
});

Deno.test("a run whose isolate is about to be killed begins no other batch", async () => {
  const runtime = new EventTarget();
  const lifetime = watchLifetime(runtime, () => {});
  const createRefund = ({ refund_id }: RefundToSend) => {
    runtime.dispatchEvent(new CustomEvent("beforeunload", { detail: { reason: "wall_clock" } }));
    return Promise.resolve({ id: `re_${refund_id}` });
  };
  const fake = await makeFake({
    answers: queueOf(50),
    payments: { createRefund },
    overrides: { lifetime },
  });
  assert.equal((await (await run(fake)).json()).data.refunds_sent, 5);
  assert.equal(fake.calls.filter(({ name }) => name === "refunds_claim").length, 1);
});

Deno.test("a due backfill receives the missing events, and counts as done from its start", async () => {
  const since: number[] = [];
  const listEvents = async function* (sinceSeconds: number): AsyncGenerator<ListedEvent[]> {
    since.push(sinceSeconds);
    yield await Promise.resolve([listedEvent()]);
  };
  const fake = await makeFake({ answers: oneBackfill(), payments: { listEvents } });
  const { data } = await (await run(fake)).json();
  assert.deepEqual(data, { ...NOTHING, events_backfilled: 1 });
  assert.deepEqual(since, [1_795_000_000]);
  const finished = fake.calls.filter(({ name }) => name === "backfills_finish");
  const args = { p_claimed_at: CLAIMED_AT, p_complete: true, p_unreadable: 0 };
  assert.deepEqual(finished, [{ name: "backfills_finish", args }]);
});

Deno.test("an event that can't be read is reported, and leaves the backfill incomplete", async () => {
  const read = () => Promise.reject(new ApiError("upstream_unavailable"));
  const listEvents = async function* (): AsyncGenerator<ListedEvent[]> {
    yield await Promise.resolve([listedEvent(), { ...listedEvent({ id: "evt_2" }), read }]);
  };
  const fake = await makeFake({ answers: oneBackfill(), payments: { listEvents } });
  const { data } = await (await run(fake)).json();
  assert.deepEqual(data, { ...NOTHING, events_backfilled: 1, events_unreadable: 1 });
  const finished = fake.calls.filter(({ name }) => name === "backfills_finish");
  const args = { p_claimed_at: CLAIMED_AT, p_complete: false, p_unreadable: 1 };
  assert.deepEqual(finished, [{ name: "backfills_finish", args }]);
});

const FACTS: AccountFacts = {
  stripe_account_id: "acct_1",
  provider_id: null,
  charges_enabled: false,
  payouts_enabled: false,
  details_submitted: true,
  disabled_reason: null,
  payout_accounts: [],
};

function listing(pages: readonly AccountFacts[][]) {
  return async function* () {
    yield* await Promise.resolve(pages);
  };
}

Deno.test("a due backfill compares all providers with Stripe, if there are any", async () => {
  const listAccounts = listing([[FACTS], [{ ...FACTS, stripe_account_id: "acct_2" }]]);
  const some = await makeFake({ answers: oneBackfill(), payments: { listAccounts } });
  assert.equal((await run(some)).status, 200);
  const compared = some.calls.filter(({ name }) => name === "providers_compare");
  assert.deepEqual(compared.map(({ args }) => (args.p_accounts as unknown[]).length), [0, 1, 1]);
  assert.equal(
    some.lines.filter(({ message }) => message.startsWith("providers differed")).length,
    2,
  );

  const same = await makeFake({
    answers: { ...oneBackfill(), providers_compare: () => ({ changed: 0, providers: 2 }) },
    payments: { listAccounts },
  });
  assert.equal((await run(same)).status, 200);
  assert(!same.lines.some(({ message }) => message.startsWith("providers differed")));

  const asked = () => {
    throw new Error("Stripe was asked");
  };
  const answers = { ...oneBackfill(), providers_compare: () => ({ changed: 0, providers: 0 }) };
  const none = await makeFake({ answers, payments: { listAccounts: asked } });
  assert.equal((await run(none)).status, 200);
});

Deno.test("a key that is not allowed to list accounts is logged, and the backfill is finished", async () => {
  const listAccounts = async function* (): AsyncGenerator<AccountFacts[]> {
    yield await Promise.reject(new ApiError("upstream_unavailable", { internal: "stripe: no" }));
  };
  const fake = await makeFake({ answers: oneBackfill(), payments: { listAccounts } });
  const { data } = await (await run(fake)).json();
  assert.equal(data.events_backfilled, 1);
  assert(fake.names().includes("backfills_finish"));
  const [line] = fake.lines.filter(({ level }) => level === "error");
  assert.deepEqual(line?.record, { detail: "stripe: no" });
});

/** Stubs one payout whose list is due to be fetched. Only the first claim returns the payout. */
function onePayout() {
  const due: PayoutToList[] = [PAYOUT_TO_LIST];
  return { payouts_claim: () => due.shift() ?? null };
}

Deno.test("a payout that is due is compared, and one that Stripe does not list fails no refund", async () => {
  const fake = await makeFake({ answers: onePayout() });
  assert.deepEqual((await (await run(fake)).json()).data, { ...NOTHING, payouts_reconciled: 1 });
  const listPayout = () => Promise.reject(new ApiError("upstream_unavailable"));
  const answers = { ...onePayout(), ...queueOf(3) };
  const cut = await makeFake({ answers, payments: { listPayout } });
  const { data } = await (await run(cut)).json();
  assert.deepEqual(data, { ...NOTHING, refunds_sent: 3, payouts_failed: 1 });
});

Deno.test("a failed backfill stays due, and refunds are still sent", async () => {
  const listEvents = async function* (): AsyncGenerator<ListedEvent[]> {
    yield await Promise.reject(new ApiError("upstream_unavailable"));
  };
  const answers = { ...oneBackfill(), ...queueOf(3) };
  const fake = await makeFake({ answers, payments: { listEvents } });
  assert.equal((await run(fake)).status, 503);
  assert.equal(fake.calls.filter(({ name }) => name === "refunds_attach").length, 3);
  assert(!fake.names().includes("backfills_finish"));
});

Deno.test("two runners at once send each refund once and backfill once", async () => {
  const fake = await makeFake({ answers: { ...queueOf(23), ...oneBackfill() } });
  const reports = await Promise.all(
    [run(fake), run(fake)].map(async (answer) => (await (await answer).json()).data),
  );
  const sum = (name: string) => reports.reduce((total, report) => total + report[name], 0);
  assert.deepEqual([sum("refunds_sent"), sum("events_backfilled")], [23, 1]);
  const attached = fake.calls.filter(({ name }) => name === "refunds_attach");
  assert.equal(attached.length, 23);
  assert.equal(new Set(attached.map(({ args }) => args.p_refund_id)).size, 23);
});
