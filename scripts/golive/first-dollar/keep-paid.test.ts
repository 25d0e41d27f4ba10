/** Tests runs whose record is dropped although somebody has paid on the run's checkout page. */
import { deepEqual, equal, rejects, throws } from "node:assert/strict";
import type Stripe from "stripe";
import type { Project } from "../command/project.ts";
import type { Run } from "../core/run-file.ts";
import { runFolder } from "../core/run-file.ts";
import { SettingsError } from "../../project/project-settings.ts";
import { keepPaid, requireEnded } from "./keep-paid.ts";
import { readPaid } from "./paid-record.ts";

const ORDER = "0198c0de-0000-7000-8000-000000000001";

const FACTS = { "first-dollar.order": ORDER, "first-dollar.buyer": "buyer-1" };

const runWith = (facts: Readonly<Record<string, string>>) => ({ id: "run-1", facts }) as Run;

/** The order as the back end reads it. */
const ORDER_DATA = {
  ...{ order_id: ORDER, status: "pending", kind: "package", package_id: crypto.randomUUID() },
  ...{ package_slug: "starter", package_name: "Starter", amount: 999, currency: "usd" },
  ...{ amount_subtotal: 999, amount_discount: null, amount_tax: null, amount_total: null },
  ...{ invoice_id: null, has_tax_id: null, credits: "9990", bonus_credits: "0" },
  ...{ total_credits: "9990", checkout_session_id: "cs_live_1", checkout_url: null, paid_at: null },
  ...{ created_at: "2027-01-01T00:00:00.000Z", expires_at: "2027-01-01T01:00:00.000Z" },
  ...{ amount_refunded: 0, amount_disputed: 0, credits_taken_back: "0", client_temp_id: null },
};

/**
 * Calls `use` with a project in which the order's checkout page has this state. Also passes a list
 * of the sessions that were expired by the code under test.
 */
async function withProject(
  paymentStatus: "paid" | "unpaid" | "delayed" | "unknown",
  use: (project: Project, expired: string[]) => Promise<void>,
): Promise<void> {
  const expired: string[] = [];
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    () => Response.json({ success: true, data: ORDER_DATA, metadata: {} }),
  );
  const url = `http://127.0.0.1:${server.addr.port}`;
  const retrieve = () =>
    paymentStatus === "unknown" ? Promise.reject(new Error("Stripe is down.")) : Promise.resolve({
      id: "cs_live_1",
      status: paymentStatus === "unpaid" ? "open" : "complete",
      payment_status: paymentStatus === "paid" ? "paid" : "unpaid",
    });
  const expire = (id: string) => Promise.resolve(void expired.push(id));
  const stripe = { checkout: { sessions: { retrieve, expire } } } as unknown as Stripe;
  try {
    await use({ url, mode: "live", secretKey: "sb_secret_x", stripe } as Project, expired);
  } finally {
    const file = `${runFolder()}/paid-live-127.0.0.1-${server.addr.port}.json`;
    await Deno.remove(file).catch(() => {});
  }
}

Deno.test("a page that was paid after its run stays paid for the next run", () =>
  withProject("paid", async (project) => {
    await keepPaid(project, runWith(FACTS));
    const paid = await readPaid(project);
    deepEqual([paid?.run, paid?.order, paid?.session], ["run-1", ORDER, "cs_live_1"]);
  }));

Deno.test("a delayed payment counts as paid, because its money is on the way", () =>
  withProject("delayed", async (project, expired) => {
    await keepPaid(project, runWith(FACTS));
    deepEqual([(await readPaid(project))?.order, expired], [ORDER, []]);
  }));

Deno.test("an unpaid page leaves no record, and nobody can pay it once its run is lost", () =>
  withProject("unpaid", async (project, expired) => {
    await keepPaid(project, runWith({}));
    await keepPaid(project, runWith(FACTS), false);
    deepEqual([await readPaid(project), expired], [undefined, []]);
    await keepPaid(project, runWith(FACTS));
    deepEqual([await readPaid(project), expired], [undefined, ["cs_live_1"]]);
  }));

Deno.test("--buy-again is refused while the last run has an order of its own", () => {
  throws(() => requireEnded(runWith(FACTS)), SettingsError);
  requireEnded(runWith({ ...FACTS, "first-dollar.paid-by": "run-0" }));
  requireEnded(runWith({}));
});

Deno.test("a run begins only if it is known whether the last one has paid", () =>
  withProject("unknown", async (project) => {
    await rejects(() => keepPaid(project, runWith(FACTS)), SettingsError);
    equal(await readPaid(project), undefined);
  }));
