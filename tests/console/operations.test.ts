/** An operator works on payouts, mismatches, notifications, jobs, proofs and tasks. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { z } from "zod";
import { Tasks } from "../../supabase/functions/_shared/contracts/health-operators.ts";
import { DeadJob } from "../../supabase/functions/_shared/contracts/jobs.ts";
import { Mismatch } from "../../supabase/functions/_shared/contracts/mismatches.ts";
import { ListedNotification } from "../../supabase/functions/_shared/contracts/notifications.ts";
import { Payout, PayoutWithLines } from "../../supabase/functions/_shared/contracts/payouts.ts";
import { Proof } from "../../supabase/functions/_shared/contracts/proofs.ts";
import { PayoutReport } from "../../supabase/functions/_shared/contracts/reports/payouts.ts";
import { overflowsAt, violationsOf, ZOOMED } from "../browser/accessibility.ts";
import { payOut, reconciled } from "../support/money/payouts.ts";
import { newPurchase, refund } from "../support/money/refunds.ts";
import { control } from "../support/money/stripe.ts";
import { proven, withSql } from "../support/project/database.ts";
import { signUp, signUpWith } from "../support/project/people.ts";
import { until } from "../support/project/until.ts";
import { press } from "./by-keyboard.ts";
import {
  asPerson,
  changes,
  factOf,
  goTo,
  opensChange,
  row,
  rowsOf,
  showsPage,
  watchAnswers,
} from "./operate.ts";
import {
  asOperator,
  cellsOf,
  dollarsAs,
  linkTo,
  momentAs,
  readAs,
  rowWith,
  theOperator,
} from "./operators.ts";
import { test, testsEnd, world } from "./opened.ts";

/**
 * Pays out two purchases, one of which is partly refunded. The sum of the lines in Stripe's list
 * differs from the payout by 5 cents.
 */
async function mismatchedPayout() {
  const purchases = [await newPurchase(world), await newPurchase(world)];
  await refund(world, purchases[1]!.orderId, 333);
  const payout = await payOut(world, purchases.map(({ paymentId }) => paymentId), {
    deliver: false,
  });
  await control(world, "POST", `payouts/${payout.id}/adjust`, { amount: 5 });
  await control(world, "POST", `payouts/${payout.id}/settle`, { outcome: "paid" });
  await reconciled(world, payout);
  return { payout, purchases };
}

test("a payout shows each line, its order and refund, and its customer", async () => {
  const { payout: { id }, purchases } = await mismatchedPayout();
  await asOperator("/payouts", async (page) => {
    const listed = (await readAs("payouts?limit=100", z.array(Payout)))
      .find(({ payout_id }) => payout_id === id)!;
    const cells = await cellsOf(rowWith(page, `/payouts/${id}`));
    deepEqual(
      [cells["Amount"], cells["Comparison"], cells["Open mismatches"], cells["Made"]],
      [dollarsAs(listed.amount), "!\nmismatched", "1", momentAs(listed.made_at)],
    );
    deepEqual(await violationsOf(page), []);
    await press(linkTo(page, `/payouts/${id}`));
    await showsPage(page, "Payout");
    const { lines } = await readAs(`payouts/${id}`, PayoutWithLines);
    deepEqual(
      await rowsOf(page, "Sums by kind"),
      lines.map(({ kind, count, amount, fee, net }) => [
        kind.replaceAll("_", " "),
        String(count),
        ...[amount, fee, net].map(dollarsAs),
      ]),
    );
    const report = await readAs(`reports/payouts/${id}`, PayoutReport);
    const rows = await rowsOf(page, "Lines of this payout");
    deepEqual(
      rows.map(([line, , gross, fee, net]) => [line, gross, fee, net]),
      report.rows.map(({ balance_transaction_id, gross, fee, net }) => [
        balance_transaction_id,
        ...[gross, fee, net].map(dollarsAs),
      ]),
    );
    equal(await factOf(page, "Sum of the lines"), dollarsAs(report.payout.sum));
    for (const { orderId } of purchases) await linkTo(page, `/orders/${orderId}`).waitFor();
    deepEqual(await violationsOf(page), []);
    deepEqual(await overflowsAt(page, [{ width: 375, height: 800 }, ZOOMED]), []);
    const { account_id } = report.rows.find((line) => line.order_id === purchases[0]!.orderId)!;
    await press(linkTo(page, `/customers/${account_id}`));
    await showsPage(page, "Customer");
    await page.getByText(purchases[0]!.buyer.email).first().waitFor();
  });
  await proven(world);
});

const DIFFERENCE = "Difference (Stripe's less ours)";

test("a planted mismatch is resolved with a reason, and says by whom", async () => {
  const { payout } = await mismatchedPayout();
  const person = await theOperator();
  const reason = "Stripe's support corrected 5 cents.";
  await asOperator(`/mismatches?payout_id=${payout.id}`, async (page) => {
    const mismatch = row(page, "payout sum");
    const { Ours, "Stripe's": theirs, [DIFFERENCE]: difference } = await cellsOf(mismatch);
    const path = `mismatches?state=all&payout_id=${payout.id}`;
    const [found] = await readAs(path, z.array(Mismatch));
    const { ours_amount, theirs_amount } = found!;
    deepEqual([Ours, theirs, difference], [
      `${dollarsAs(ours_amount!)} (the sum of Stripe's lines)`,
      `${dollarsAs(theirs_amount!)} (the payout)`,
      dollarsAs(theirs_amount! - ours_amount!),
    ]);
    deepEqual(await violationsOf(page), []);
    const dialog = await opensChange(page, { action: "Resolve", within: mismatch, person });
    await dialog.getByText("No money and no credits move.").waitFor();
    await dialog.getByText(`${dollarsAs(theirs_amount!)} (the payout)`).waitFor();
    deepEqual(await violationsOf(page), []);
    await page.keyboard.press("Escape");
    const fields = { Reason: reason };
    await changes(page, { action: "Resolve", within: mismatch, person, fields }, /is now/);
    await mismatch.getByText("resolved").waitFor();
    const cells = await cellsOf(mismatch);
    deepEqual([cells["Reason"], cells["By"], cells["Change"]], [reason, "operator you", ""]);
    const [resolved] = await readAs(path, z.array(Mismatch));
    deepEqual(
      [resolved?.state, resolved?.reason, resolved?.resolved_by],
      ["resolved", reason, `operator:${person.id}`],
    );
    await goTo(page, `/payouts/${payout.id}`, "Payout");
    await page.getByText("None: our records and Stripe's agree").waitFor();
  });
  await proven(world);
});

/**
 * Dead-letters the receipt of a purchase, as the runner does in a long outage of the mail service.
 */
async function deadReceipt(): Promise<string> {
  const { buyer } = await newPurchase(world);
  await until("the receipt is sent", () =>
    withSql(world, async (sql) => {
      const [given] = await sql<{ id: string }[]>`
        update farthing.notifications n set state = 'dead', attempts = 8, last_error = 'unavailable'
        from farthing.accounts a where a.account_id = n.account_id and a.owner_id = ${buyer.id}
          and n.template = 'receipt' and n.finished_at is not null returning n.notification_id as id`;
      return given;
    }));
  return buyer.id;
}

const stateOf = async (userId: string): Promise<string> => {
  const path = `notifications?user_id=${userId}&template=receipt`;
  return (await readAs(path, z.array(ListedNotification)))[0]!.state;
};

test("one notification is sent again, and all of an outage are, after a dry run", async () => {
  const [one, other] = [await deadReceipt(), await deadReceipt()];
  const person = await theOperator();
  await asOperator(`/notifications?user_id=${one}`, async (page) => {
    const fields = { Reason: "The mail service works again." };
    const within = row(page, "receipt");
    await within.waitFor();
    deepEqual(await violationsOf(page), []);
    await changes(page, { action: "Send again", within, person, fields }, /is now/);
    ok(["queued", "sending", "sent"].includes(await stateOf(one)));
    equal(await stateOf(other), "dead");
    const all = { Template: "receipt", ...fields };
    const dialog = await opensChange(page, { action: "Send all again", person, fields: all });
    await press(dialog.getByRole("button", { name: "Preview" }));
    const [template, error, count] = (await rowsOf(page, "Would be sent again"))[0]!;
    deepEqual([template, error, Number(count) >= 1], ["receipt", "unavailable", true]);
    equal(await stateOf(other), "dead");
    const later = await deadReceipt();
    await press(dialog.getByRole("button", { name: "Send all again" }));
    await dialog.getByText(/^\d+ notifications are queued again\.$/).waitFor();
    ok(["queued", "sending", "sent"].includes(await stateOf(other)));
    equal(await stateOf(later), "dead", "the preview has decided until when failures are retried");
  });
});

test("dead-lettered jobs, proofs and scheduled tasks are shown as the API returns them", async () => {
  const user = await signUpWith(world, "100");
  await asOperator(`/dead-jobs?user_id=${user.id}`, async (page) => {
    await page.getByText("No job of the last 30 days is dead-lettered.").waitFor();
    await page.getByText("This user has not started a job in the last 30 days.").waitFor();
    deepEqual(await readAs(`jobs/dead?user_id=${user.id}`, z.array(DeadJob)), []);
    deepEqual(await violationsOf(page), []);
    await goTo(page, "/tasks", "Scheduled tasks");
    const rows = await rowsOf(page, "Scheduled tasks");
    const { tasks } = await readAs("health/tasks", Tasks);
    deepEqual(
      rows.map(([task, , , , , , , , every]) => `${task} ${every}`.toLowerCase()),
      tasks.map(({ task, every_seconds }) => `${task.replaceAll("_", " ")} ${every_seconds} s`),
    );
    deepEqual(await violationsOf(page), []);
    deepEqual(await overflowsAt(page, [{ width: 375, height: 800 }, ZOOMED]), []);
    await goTo(page, "/proofs", "Proofs");
    const [proof] = await readAs("proofs?limit=1", z.array(Proof));
    if (proof === undefined) {
      await page.getByText("No run yet.").waitFor();
    } else {
      await press(linkTo(page, `/proofs/${proof.id}`));
      await showsPage(page, `Run ${proof.id} of the proof`);
      equal(await factOf(page, "Started"), momentAs(proof.started_at));
      equal(await factOf(page, "Violations"), String(proof.violations));
    }
    deepEqual(await violationsOf(page), []);
  });
});

const PATHS = ["/payouts", "/mismatches", "/notifications", "/dead-jobs", "/proofs", "/tasks"];

test("a plain user gets neither the pages of operations nor their data", async () => {
  await asPerson(await signUp(world), "/", async (page) => {
    const answers = watchAnswers(page);
    for (const path of PATHS) {
      await goTo(page, path, "There is no such page");
      await goTo(page, "/history", "History");
    }
    const asked = PATHS.map((path) => path.replace("dead-jobs", "jobs/dead"));
    const isOurs = ({ path }: { path: string }) =>
      asked.some((each) => path.startsWith(each)) || path.startsWith("/health/tasks");
    deepEqual((await answers()).filter(isOurs), []);
  });
});

testsEnd();
