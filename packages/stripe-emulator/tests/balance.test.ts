/**
 * Runs a long random sequence of operations, and checks that every movement is recorded and that
 * the movements add up to the balance.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import Stripe from "stripe";
import { ControlRefused, startTestEmulator, type TestEmulator } from "../testing/test-emulator.ts";
import { pay } from "./harness.ts";

type Act = (emulator: TestEmulator, draw: (below: number) => number) => Promise<unknown>;

const DAY_MS = 24 * 3_600_000;
const STEPS = 120;

/** Returns a generator of random numbers (Lehmer's). The same seed gives the same numbers. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

function one<T>(all: T[], draw: (below: number) => number): T | undefined {
  return all[draw(Math.max(all.length, 1))];
}

async function everything<T>(list: Stripe.ApiListPromise<T>): Promise<T[]> {
  return await list.autoPagingToArray({ limit: 10_000 });
}

const METHODS = ["pm_card_visa", "pm_card_createDispute", "pm_card_bypassPending"];

const ACTS: Act[] = [
  ({ stripe }, draw) =>
    pay(stripe, { amount: 100 + draw(9_000), method: METHODS[draw(3)] ?? "pm_card_visa" }),
  (emulator, draw) =>
    pay(emulator.stripe, { amount: 100 + draw(9_000), method: "pm_usBankAccount", emulator }),
  ({ stripe }, draw) =>
    pay(stripe, { amount: 100 + draw(900), card: `400000000000${draw(2) ? "7726" : "5126"}` }),
  async ({ stripe }, draw) => {
    const charge = one(await everything(stripe.charges.list()), draw);
    if (charge) await stripe.refunds.create({ charge: charge.id, amount: 1 + draw(500) });
  },
  async ({ control, stripe }, draw) => {
    const refund = one(await everything(stripe.refunds.list()), draw);
    const outcome = draw(2) ? "succeeds" : "fails";
    if (refund) await control("POST", `/refunds/${refund.id}/settle`, { outcome });
  },
  async ({ control, stripe }, draw) => {
    const intent = one(await everything(stripe.paymentIntents.list()), draw);
    const body = { amount: 1 + draw(12_000), inquiry: draw(3) === 0 };
    if (intent) await control("POST", `/payments/${intent.id}/dispute`, body);
  },
  async ({ control, stripe }, draw) => {
    const dispute = one(await everything(stripe.disputes.list()), draw);
    const outcome = ["won", "lost", "escalate", "warning_closed"][draw(4)];
    if (dispute) await control("POST", `/disputes/${dispute.id}/settle`, { outcome });
  },
  ({ control }, draw) => control("POST", "/payouts", { release_pending: draw(2) === 0 }),
  async ({ control, stripe }, draw) => {
    const payout = one(await everything(stripe.payouts.list()), draw);
    if (payout) await control("POST", `/payouts/${payout.id}/settle`, { outcome: "failed" });
  },
  ({ clock }, draw) => {
    clock.now = new Date(clock.now.getTime() + draw(2 * DAY_MS));
    return Promise.resolve();
  },
];

/** Ignores the error of a refused operation. Any other error is a bug in the emulator. */
function passRefusal(error: unknown): void {
  const refused = error instanceof ControlRefused && error.status < 500 ||
    error instanceof Stripe.errors.StripeError && (error.statusCode ?? 500) < 500;
  if (!refused) throw error;
}

/** Computes the expected balance from the objects, without the balance transactions. */
async function expected({ stripe }: TestEmulator): Promise<number> {
  const charges = await everything(stripe.charges.list());
  const income = charges.map(({ amount, payment_method_details: by }) =>
    by?.card
      ? amount - Math.round(amount * 0.029) - 30
      : amount - Math.min(Math.round(amount * 0.008), 500)
  );
  const refunded = (await everything(stripe.refunds.list()))
    .map(({ amount, status }) => status === "pending" || status === "succeeded" ? -amount : 0);
  const disputed = (await everything(stripe.disputes.list())).map(({ amount, status }) =>
    ["needs_response", "under_review", "lost"].includes(status) ? -amount - 1_500 : 0
  );
  const paidOut = (await everything(stripe.payouts.list()))
    .map(({ amount, status }) => status === "failed" ? 0 : -amount);
  return [...income, ...refunded, ...disputed, ...paidOut].reduce((sum, each) => sum + each, 0);
}

async function compare(emulator: TestEmulator): Promise<void> {
  const { stripe } = emulator;
  const transactions = await everything(stripe.balanceTransactions.list());
  const { available, pending } = await stripe.balance.retrieve();
  for (const [status, part] of [["available", available], ["pending", pending]] as const) {
    const nets = transactions.filter((each) => each.status === status).map(({ net }) => net);
    equal(nets.reduce((sum, net) => sum + net, 0), part[0]?.amount, status);
  }
  const whole = (available[0]?.amount ?? 0) + (pending[0]?.amount ?? 0);
  equal(whole, await expected(emulator));
  for (const charge of await everything(stripe.charges.list())) {
    const live = (await everything(stripe.refunds.list({ charge: charge.id })))
      .filter(({ status }) => status === "pending" || status === "succeeded")
      .reduce((sum, { amount }) => sum + amount, 0);
    deepEqual([charge.amount_refunded, charge.refunded], [live, live === charge.amount]);
  }
}

async function live(emulator: TestEmulator, draw: (below: number) => number): Promise<void> {
  let done = 0;
  for (let step = 0; step < STEPS; step++) {
    const act = one(ACTS, draw);
    // A refused operation must change nothing. The comparison of the balances checks that too.
    await act?.(emulator, draw).then(() => done++, passRefusal);
    if (step % 10 === 9) await compare(emulator);
  }
  ok(done > STEPS / 4, `only ${done} acts were possible`);
}

Deno.test("a balance is always the sum of its transactions", async () => {
  const seed = 1 + Math.floor(Math.random() * 2_147_483_645);
  await using emulator = await startTestEmulator();
  await live(emulator, numbers(seed)).catch((cause) => {
    throw new Error(`with seed ${seed}`, { cause });
  });
});

Deno.test("refunds, disputes and payouts survive a restart", async () => {
  const dir = await Deno.makeTempDir();
  const dataFile = `${dir}/stripe.json`;
  const look = async ({ stripe }: TestEmulator) =>
    await Promise.all([
      everything(stripe.refunds.list()),
      everything(stripe.disputes.list()),
      everything(stripe.radar.earlyFraudWarnings.list()),
      everything(stripe.payouts.list()),
      everything(stripe.balanceTransactions.list()),
      stripe.balance.retrieve().then(({ available, pending }) => ({ available, pending })),
    ]);
  const [written, now] = await (async () => {
    await using emulator = await startTestEmulator({ dataFile });
    const { stripe, clock } = emulator;
    const slow = await pay(stripe, { card: "4000000000007726" });
    await stripe.refunds.create({ payment_intent: slow.id });
    await pay(stripe, { card: "4000000000005423" });
    const other = await pay(stripe);
    await emulator.control("POST", "/payouts", { release_pending: true });
    await emulator.control("POST", `/payments/${other.id}/dispute`);
    return [await look(emulator), clock.now] as const;
  })();

  await using emulator = await startTestEmulator({ dataFile, now: () => now });
  const { stripe } = emulator;
  deepEqual(await look(emulator), written);
  const [[refund], [dispute]] = written;
  await emulator.control("POST", `/refunds/${refund?.id}/settle`);
  equal((await stripe.refunds.retrieve(String(refund?.id))).status, "succeeded");
  equal((await stripe.disputes.close(String(dispute?.id))).status, "lost");
  await Deno.remove(dir, { recursive: true });
});
