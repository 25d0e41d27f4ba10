import assert from "node:assert/strict";
import type { TopUpCharge } from "../../contracts/database/results/top-ups.ts";
import { ApiError } from "../../core/errors.ts";
import type { Payments } from "../../adapters/stripe/create-payments.ts";
import { type Fake, makeFake, ORIGIN } from "#support/fakes/services.ts";
import { TOP_UP_CHARGE, TOP_UP_LINK } from "#support/samples/top-ups.ts";
import { runTopUps } from "./run-top-ups.ts";

const LATER = Number.MAX_SAFE_INTEGER;

/** Stubs a database that returns each of these charges once. */
function queueOf(...due: TopUpCharge[]) {
  return {
    top_ups_claim: ({ p_limit }: { p_limit: number }) => due.splice(0, p_limit),
  };
}

function many(count: number): TopUpCharge[] {
  return Array.from({ length: count }, (_, nr) => ({ ...TOP_UP_CHARGE, order_id: `order-${nr}` }));
}

async function worldOf(due: TopUpCharge[], payments: Partial<Payments> = {}): Promise<Fake> {
  return await makeFake({ answers: queueOf(...due), payments });
}

function reportsOf(fake: Fake) {
  return fake.calls.filter(({ name }) => name === "top_ups_report").map(({ args }) => args);
}

Deno.test("a charge that Stripe accepted is reported, and the runner grants no credits", async () => {
  const asked: TopUpCharge[] = [];
  const fake = await worldOf([TOP_UP_CHARGE], {
    chargeCard: (charge) => {
      asked.push(charge);
      return Promise.resolve({ kind: "accepted", payment_id: "pi_7" });
    },
  });
  assert.deepEqual(await runTopUps(fake.services, LATER), { charged: 1, failed: 0 });
  assert.deepEqual(asked, [TOP_UP_CHARGE]);
  assert.deepEqual(fake.names(), ["top_ups_claim", "top_ups_report", "top_ups_claim"]);
  assert.deepEqual(reportsOf(fake), [{
    p_order_id: TOP_UP_CHARGE.order_id,
    p_outcome: "accepted",
    p_payment_id: "pi_7",
    p_code: undefined,
  }]);
});

Deno.test("a declined charge and a removed card are reported with their codes", async () => {
  for (const kind of ["declined", "card_gone"] as const) {
    const outcome = { kind, payment_id: null, code: "insufficient_funds" };
    const fake = await worldOf([TOP_UP_CHARGE], { chargeCard: () => Promise.resolve(outcome) });
    assert.deepEqual(await runTopUps(fake.services, LATER), { charged: 0, failed: 1 });
    const [{ p_outcome, p_code }] = reportsOf(fake) as [Record<string, unknown>];
    assert.deepEqual([p_outcome, p_code], [kind, "insufficient_funds"]);
  }
});

Deno.test("if the bank requires a confirmation, the charge is cancelled and a page is opened", async () => {
  const order: string[] = [];
  const fake = await worldOf([TOP_UP_CHARGE, TOP_UP_LINK], {
    chargeCard: () => Promise.resolve({ kind: "authentication", payment_id: "pi_1" }),
    cancelCharge: ({ payment_id }) => {
      order.push(`cancel ${payment_id}`);
      return Promise.resolve(true);
    },
    openTopUpPage: (_charge, { successUrl }) => {
      order.push(`open ${new URL(successUrl).origin}`);
      return Promise.resolve({ id: "cs_7", url: "https://checkout.example.com/7" });
    },
  });
  assert.deepEqual(await runTopUps(fake.services, LATER), { charged: 0, failed: 0 });
  assert.deepEqual(order, ["cancel pi_1", `open ${ORIGIN}`]);
  const link = fake.calls.find(({ name }) => name === "top_ups_link");
  assert.deepEqual(link?.args, {
    p_order_id: TOP_UP_LINK.order_id,
    p_session_id: "cs_7",
    p_session_url: "https://checkout.example.com/7",
  });
});

Deno.test("T16: a charge that was paid before it could be cancelled gets no page", async () => {
  const fake = await worldOf([TOP_UP_LINK], {
    cancelCharge: () => Promise.resolve(false),
    openTopUpPage: () => Promise.reject(new Error("a page was opened")),
  });
  assert.deepEqual(await runTopUps(fake.services, LATER), { charged: 1, failed: 0 });
  assert.equal(reportsOf(fake)[0]?.p_outcome, "accepted");
  assert(!fake.names().includes("top_ups_link"));
});

Deno.test("T16: charges without an answer are reported as unknown, and the run ends", async () => {
  const fake = await worldOf(many(12), {
    chargeCard: () =>
      Promise.reject(new ApiError("upstream_unavailable", { internal: "no answer" })),
  });
  const { charged, failed } = await runTopUps(fake.services, LATER);
  assert.deepEqual([charged, failed], [0, reportsOf(fake).length]);
  assert(failed < 12);
  assert(reportsOf(fake).every(({ p_outcome }) => p_outcome === "unknown"));
  assert.equal(reportsOf(fake)[0]?.p_code, "no answer");
  assert.equal(fake.names().filter((name) => name === "top_ups_claim").length, 1);
});

Deno.test("a failing top-up does not stop the others, even if it can't be reported", async () => {
  const answers = {
    ...queueOf(...many(3)),
    top_ups_report: ({ p_order_id }: { p_order_id: string }) =>
      p_order_id === "order-1"
        ? Promise.reject(new Error("gone"))
        : Promise.resolve({ order_id: p_order_id, status: "processing", step: "settle" }),
  };
  const fake = await makeFake({ answers });
  assert.deepEqual(await runTopUps(fake.services, LATER), { charged: 2, failed: 1 });
  assert(fake.lines.some(({ level }) => level === "warn"));
});

Deno.test("without Stripe no card is charged, and every outcome is reported as unknown", async () => {
  const payments = () => {
    throw new ApiError("not_ready");
  };
  const fake = await makeFake({ answers: queueOf(TOP_UP_CHARGE), overrides: { payments } });
  assert.deepEqual(await runTopUps(fake.services, LATER), { charged: 0, failed: 1 });
  assert.equal(reportsOf(fake)[0]?.p_outcome, "unknown");
});

Deno.test("all due top-ups are charged once each, batch by batch", async () => {
  const fake = await worldOf(many(12));
  assert.deepEqual(await runTopUps(fake.services, LATER), { charged: 12, failed: 0 });
  assert.equal(new Set(reportsOf(fake).map(({ p_order_id }) => p_order_id)).size, 12);
});

Deno.test("a run ends when its time is up, with charges left", async () => {
  let seconds = 0;
  const now = () => new Date((seconds += 30) * 1000);
  const fake = await makeFake({ answers: queueOf(...many(50)), now });
  const { charged } = await runTopUps(fake.services, 100_000);
  assert(charged > 0 && charged < 50, String(charged));
});
