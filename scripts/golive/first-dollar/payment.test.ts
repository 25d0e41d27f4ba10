/** Tests that a payment that Stripe has taken never counts as unpaid. */
import { equal, rejects } from "node:assert/strict";
import { readPaid } from "./paid-record.ts";
import { payment } from "./payment.ts";
import { runFolder } from "../core/run-file.ts";
import { withShop } from "./testing/shop.ts";

/** A Stripe client whose first call says that the session is paid, and whose second call fails. */
function failingStripe(): object {
  let calls = 0;
  const retrieve = () =>
    calls++ === 0
      ? Promise.resolve({ id: "cs_live_1", payment_status: "paid" })
      : Promise.reject(new Error("Stripe does not answer"));
  return { checkout: { sessions: { retrieve } } };
}

Deno.test("an error after the payment says that Stripe has the money, and the record has it", () =>
  withShop({ project: { stripe: failingStripe() } }, async (context) => {
    const { host } = new URL(context.project.url);
    try {
      await rejects(
        () => payment.run(context),
        /^Error: Stripe has the money of order 0198.* a check .* failed.*: Stripe does not answer$/,
      );
      equal((await readPaid(context.project))?.session, "cs_live_1");
    } finally {
      await Deno.remove(`${runFolder()}/paid-live-${host.replaceAll(":", "-")}.json`);
    }
  }));
