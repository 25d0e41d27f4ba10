/** Tests that a first dollar is paid once, and only in the mode of the key. */
import { deepEqual, equal, rejects, throws } from "node:assert/strict";
import type { Context } from "../command/context.ts";
import { runFolder } from "../core/run-file.ts";
import { isOver, requireMode } from "./checkout.ts";
import { paidBefore } from "./own-order.ts";
import { readPaid, writePaid } from "./paid-record.ts";

const project = { url: "https://first-dollar-test.supabase.co", mode: "live" } as const;
const FILE = `${runFolder()}/paid-live-first-dollar-test.supabase.co.json`;

const PAID = {
  ...{ run: "run-1", order: "0198c0de-0000-7000-8000-000000000001", buyer: "buyer-1" },
  ...{ session: "cs_live_1", paidAt: "2026-11-25T08:00:00.000Z" },
};

async function withRecord(text: string, use: () => Promise<void>): Promise<void> {
  await Deno.mkdir(runFolder(), { recursive: true });
  await Deno.writeTextFile(FILE, text);
  try {
    await use();
  } finally {
    await Deno.remove(FILE);
  }
}

/**
 * Calls `use` with a run. A record says that an earlier run has paid an order (PAID), but the run's
 * project does not have this order. Also passes a function that returns how many requests the run
 * has sent to the project.
 */
async function withContext(
  change: { buysAgain?: boolean; run?: string; emulatorUrl?: string },
  use: (context: Context, asked: () => number) => Promise<void>,
): Promise<void> {
  let asked = 0;
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, () => {
    asked++;
    return Response.json({ error: { code: "not_found", message: "no order" } }, { status: 404 });
  });
  const url = `http://127.0.0.1:${server.addr.port}`;
  const file = `${runFolder()}/paid-live-127.0.0.1-${server.addr.port}.json`;
  const { buysAgain = false, run = "run-2", emulatorUrl } = change;
  const here = { url, mode: "live", secretKey: "sb_secret_x", emulatorUrl };
  await writePaid({ url, mode: "live" }, PAID);
  try {
    const tell = () => Promise.resolve();
    const own = { project: here, options: { buysAgain }, run, facts: {}, tell };
    await use(own as unknown as Context, () => asked);
  } finally {
    await Deno.remove(file);
  }
}

Deno.test("a checkout page that expired unpaid is over, and a paid or open page is not", () => {
  const order = { status: "pending", paid_at: null } as const;
  const expired = { status: "expired", payment_status: "unpaid" } as const;
  equal(isOver(order, expired), true);
  equal(isOver({ ...order, status: "expired" }, expired), true);
  equal(isOver(order, { status: "open", payment_status: "unpaid" }), false);
  equal(isOver({ ...order, status: "expired" }, { ...expired, payment_status: "paid" }), false);
  equal(isOver({ status: "refunded", paid_at: "2026-11-25T08:00:00Z" }, expired), false);
});

Deno.test("a session or a payment of the other mode is an error", () => {
  requireMode({ mode: "live" }, { id: "cs_1", livemode: true });
  throws(() => requireMode({ mode: "test" }, { id: "pi_1", livemode: true }), /pi_1.*test key/);
});

Deno.test("a paid record is read again, and a damaged one stops the run", async () => {
  equal(await readPaid(project), undefined);
  await withRecord(JSON.stringify(PAID), async () => deepEqual(await readPaid(project), PAID));
  await withRecord("{", () => rejects(() => readPaid(project), /an earlier run paid for an order/));
});

Deno.test("a second run asks for the paid order, and buys only with --buy-again", async () => {
  await withContext({}, async (context, asked) => {
    await rejects(() => paidBefore(context), /not in this project: add --buy-again/);
    equal(asked(), 1);
  });
  for (const change of [{ buysAgain: true }, { run: PAID.run }]) {
    await withContext(change, async (context, asked) => {
      deepEqual([await paidBefore(context), asked()], [undefined, 0]);
    });
  }
  await withContext({ emulatorUrl: "http://127.0.0.1:1" }, async (context) => {
    equal(await paidBefore(context), undefined);
  });
});
