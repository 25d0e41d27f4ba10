/** The list endpoints for operators: disputes, payouts, mismatches, notifications and proofs. */
import { deepEqual, equal } from "node:assert/strict";
import { z } from "@hono/zod-openapi";
import { Dispute } from "../../supabase/functions/_shared/contracts/disputes.ts";
import { Mismatch } from "../../supabase/functions/_shared/contracts/mismatches.ts";
import { ListedNotification } from "../../supabase/functions/_shared/contracts/notifications.ts";
import { Payout, PayoutWithLines } from "../../supabase/functions/_shared/contracts/payouts.ts";
import { Proof, ProofWithViolations } from "../../supabase/functions/_shared/contracts/proofs.ts";
import { mismatchesOf, payOut, reconciled, retryReconciliation } from "../support/money/payouts.ts";
import { openCheckout } from "../support/money/purchases.ts";
import { newPurchase, standing } from "../support/money/refunds.ts";
import { control, payInSilence } from "../support/money/stripe.ts";
import { proven, withDeliveries, withLostEvents, withSql } from "../support/project/database.ts";
import { backEnd, data, get, post, refused } from "../support/project/http.ts";
import { signUp, signUpOperator } from "../support/project/people.ts";
import { until } from "../support/project/until.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();
const operator = await signUpOperator(world);

Deno.test("a dispute is listed with its deadline, its order and its credits", async () => {
  const purchase = await newPurchase(world);
  const dispute = await withDeliveries(world, "shared", async () => {
    const { id } = await control(world, "POST", `payments/${purchase.paymentId}/dispute`);
    await until(
      "the credits are clawed back",
      async () => (await standing(world, purchase)).startsWith("disputed: balance 0") || undefined,
    );
    return String(id);
  });
  const path = `disputes?user_id=${purchase.buyer.id}&status=needs_response`;
  const [listed, ...others] = data(await get(world, path, operator.as), 200, z.array(Dispute));
  const read = data(await get(world, `disputes/${dispute}`, backEnd(world)), 200, Dispute);
  deepEqual([listed, others], [read, []]);
  deepEqual(
    [read.dispute_id, read.order_id, read.user_id, read.amount, read.credits_taken_back],
    [dispute, purchase.orderId, purchase.buyer.id, 999, "9990"],
  );
  deepEqual(read.movements.map(({ amount }) => amount), [-999]);
  // The emulator sets the deadline several days ahead, to the end of a day.
  const days = (Date.parse(read.evidence_due_by!) - Date.now()) / 86_400_000;
  equal(days > 1 && days < 30, true, read.evidence_due_by!);
  refused(await get(world, `disputes/${dispute}`, purchase.buyer.as), 403, "forbidden");
  refused(await get(world, "disputes/du_nobody", operator.as), 404, "not_found", "id");
  await proven(world);
});

Deno.test("a mismatch names line, order and difference, and is resolved with a reason", async () => {
  const { paymentId, buyer } = await newPurchase(world);
  const payout = await payOut(world, [paymentId], { deliver: false });
  await control(world, "POST", `payouts/${payout.id}/adjust`, { amount: 5 });
  await control(world, "POST", `payouts/${payout.id}/settle`, { outcome: "paid" });
  await reconciled(world, payout);
  const path = `mismatches?payout_id=${payout.id}`;
  const [found] = data(await get(world, path, operator.as), 200, z.array(Mismatch));
  deepEqual(
    [found?.kind, found?.ours_amount, found?.theirs_amount, found?.currency, found?.difference],
    ["payout_sum", 945, 940, "usd", -5],
  );
  const read = data(await get(world, `payouts/${payout.id}`, operator.as), 200, PayoutWithLines);
  deepEqual(
    [read.reconciliation, read.open_mismatches, read.mismatches[0]?.mismatch_id],
    ["mismatched", 1, found?.mismatch_id],
  );

  const resolve = `mismatches/${found!.mismatch_id}/resolve`;
  const reason = "Stripe's support corrected 5 cents.";
  refused(
    await post(world, resolve, operator.as, { reason: "" }),
    400,
    "invalid_request",
    "reason",
  );
  refused(await post(world, resolve, buyer.as, { reason }), 403, "forbidden");
  const resolved = data(await post(world, resolve, operator.as, { reason }), 200, Mismatch);
  deepEqual(
    [resolved.state, resolved.resolved_by, resolved.reason],
    ["resolved", `operator:${operator.id}`, reason],
  );
  await withSql(world, (sql) => sql`select farthing.reconcile(${payout.id}, now())`);
  await retryReconciliation(world);
  deepEqual(await mismatchesOf(world, payout), [], "the same difference stays resolved");
  const all = data(await get(world, `${path}&state=all`, operator.as), 200, z.array(Mismatch));
  deepEqual(all.map(({ mismatch_id }) => mismatch_id), [found!.mismatch_id]);
  const list = data(await get(world, "payouts?limit=100", operator.as), 200, z.array(Payout));
  const again = list.find(({ payout_id }) => payout_id === payout.id);
  deepEqual([again?.reconciliation, again?.open_mismatches], ["reconciled", 0]);
  await proven(world);
});

Deno.test("a mismatch of a payment names the payout's line and the order", async () => {
  await withLostEvents(world, "exclusive", async () => {
    const buyer = await signUp(world);
    const { order_id } = await openCheckout(world, buyer).then(async (checkout) => {
      const events = await payInSilence(world, checkout);
      const paid = events.find(({ type }) => type === "payment_intent.succeeded")!;
      const payout = await payOut(world, [(paid.data.object as { id: string }).id]);
      await reconciled(world, payout);
      const path = `mismatches?payout_id=${payout.id}&kind=charge_unknown`;
      const [found] = data(await get(world, path, operator.as), 200, z.array(Mismatch));
      equal(found?.order_id, checkout.order_id);
      equal(found?.user_id, buyer.id);
      equal(found?.transaction_id?.startsWith("txn_"), true, found?.transaction_id ?? "no line");
      deepEqual([found?.ours, found?.theirs, found?.difference], [
        "999 usd pending",
        "999 usd charge",
        0,
      ]);
      return checkout;
    });
    data(
      await post(world, "webhook-events/backfill", backEnd(world), { hours: 1 }),
      200,
      z.unknown(),
    );
    await until("the order is paid", async () => {
      const [row] = await withSql(
        world,
        (sql) => sql`select status from farthing.orders where order_id = ${order_id}`,
      );
      return row?.status === "paid" || undefined;
    });
    await retryReconciliation(world);
    await proven(world);
  });
});

Deno.test("notifications are listed without contents, and masked unless the user is named", async () => {
  const { buyer } = await newPurchase(world);
  const path = `notifications?user_id=${buyer.id}&template=receipt`;
  const [receipt] = data(await get(world, path, operator.as), 200, z.array(ListedNotification));
  deepEqual([receipt?.user_id, receipt?.address], [buyer.id, buyer.email]);
  const all = data(
    await get(world, "notifications", operator.as),
    200,
    z.array(ListedNotification),
  );
  equal(all.some(({ address }) => address?.includes("***@example.com")), true);
  equal(all.some(({ address }) => address?.startsWith("test-")), false);
  equal((await get(world, path, operator.as)).text.includes("bonus_credits"), false);
  refused(await get(world, "notifications", buyer.as), 403, "forbidden");
});

Deno.test("the runs of the proof are listed", async () => {
  await withSql(world, (sql) => sql`select farthing.prove_if_due()`);
  const runs = data(await get(world, "proofs", operator.as), 200, z.array(Proof));
  equal(runs.length > 0, true, "a run is listed");
  const run = data(
    await get(world, `proofs/${runs[0]!.id}`, operator.as),
    200,
    ProofWithViolations,
  );
  equal(run.found.length, Math.min(run.violations ?? 0, 100));
  refused(await get(world, "proofs/0", operator.as), 400, "invalid_request", "id");
  refused(await get(world, "proofs/9007199254740993", operator.as), 404, "not_found", "id");
});
