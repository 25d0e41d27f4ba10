/**
 * The pages about money: refunds, disputes and their deadlines, grants that need the decision of a
 * second operator, welcome credits, and fraud. Each page shows what the API returns.
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import type { Page } from "playwright-core";
import { z } from "zod";
import { payCheckout } from "@farthing/stripe-emulator/browser";
import { RecordedGrant } from "../../supabase/functions/_shared/contracts/credits.ts";
import { Dispute } from "../../supabase/functions/_shared/contracts/disputes.ts";
import { Decision } from "../../supabase/functions/_shared/contracts/fraud.ts";
import { WelcomeGrant } from "../../supabase/functions/_shared/contracts/welcome.ts";
import { audit, overflowsAt, ZOOMED } from "../browser/accessibility.ts";
import { newAddress } from "../fraud/addresses.ts";
import { balanceOf, openCheckout, orderBecomes } from "../support/money/purchases.ts";
import { newPurchase, refund } from "../support/money/refunds.ts";
import { control } from "../support/money/stripe.ts";
import { proven, withDeliveries, withSql } from "../support/project/database.ts";
import { backEnd, data, get, post } from "../support/project/http.ts";
import { type Person, signUp, signUpOperator } from "../support/project/people.ts";
import { until } from "../support/project/until.ts";
import { press, write } from "./by-keyboard.ts";
import {
  asPerson,
  changes,
  confirms,
  creditsAs,
  factBecomes,
  factOf,
  goTo,
  opensChange,
  presses,
  row,
  rowsOf,
  showsPage,
} from "./operate.ts";
import { test, testsEnd, world } from "./opened.ts";

const service = backEnd(world);
const WARNED_CARD = "4000000000005423";
const MUCH = "100000.5"; // above the ceiling of one grant

/**
 * Asserts that axe finds nothing, and that the page does not scroll sideways in a narrow or a
 * zoomed window.
 */
async function isUsable(page: Page): Promise<void> {
  deepEqual(await audit(page), [], page.url());
  const { width, height } = page.viewportSize()!;
  deepEqual(await overflowsAt(page, [{ width: 375, height: 700 }, ZOOMED]), [], page.url());
  await page.setViewportSize({ width, height });
}

test("a refund is listed, filtered by the page's address, and explained", async () => {
  const [operator, purchase] = [await signUpOperator(world), await newPurchase(world)];
  const made = await refund(world, purchase.orderId, 250);
  await asPerson(operator, `/refunds?order_id=${purchase.orderId}`, async (page) => {
    const [shown, ...others] = await rowsOf(page, "Refunds");
    deepEqual(others, []);
    deepEqual(shown!.slice(2, 5), ["$2.50", creditsAs(made.credits_taken_back), "0"]);
    await isUsable(page);
    await press(page.getByRole("link", { name: made.refund_id.slice(0, 8) }));
    await showsPage(page, "Refund");
    await page.getByText("The money went back, and its credits were clawed back.").waitFor();
    equal(await factOf(page, "Credits clawed back"), "2,500");
    equal(await factOf(page, "Requested by"), "secret key default");
    equal(await factOf(page, "At Stripe"), made.stripe_refund_id);
    await isUsable(page);
    await goTo(page, `/refunds?order_id=${crypto.randomUUID()}`, "Refunds");
    await page.getByText("Nothing matches these filters.").waitFor();
  });
});

test("a dispute shows its deadline, and the money that the bank moved", async () => {
  const [operator, purchase] = [await signUpOperator(world), await newPurchase(world)];
  const of = `order_id=${purchase.orderId}`;
  const dispute = await withDeliveries(world, "shared", async () => {
    await control(world, "POST", `payments/${purchase.paymentId}/dispute`);
    return await until("the bank has moved the money", async () => {
      const listed = await get(world, `disputes?${of}`, service);
      const [found] = data(listed, 200, z.array(Dispute));
      return found && found.movements.length > 0 ? found : undefined;
    });
  });
  await asPerson(operator, `/disputes?${of}`, async (page) => {
    await row(page, "needs response").waitFor();
    const due = page.locator(`time[datetime="${dispute.evidence_due_by}"]`);
    match(await due.first().innerText(), /UTC$/);
    await isUsable(page);
    await press(page.getByRole("link", { name: dispute.dispute_id.slice(0, 8) }));
    await showsPage(page, "Dispute");
    await due.waitFor();
    equal(await factOf(page, "Amount"), "$9.99");
    equal(await factOf(page, "Credits clawed back"), creditsAs(dispute.credits_taken_back));
    const [moved] = await rowsOf(page, "Money that the bank moved");
    deepEqual([moved![1], moved![3]], ["-$9.99", dispute.movements[0]!.transaction_id]);
    await isUsable(page);
  });
  await proven(world);
});

/** Requests a grant that needs a second operator. Returns its id. */
async function pendingGrant(by: Person, to: Person): Promise<string> {
  const body = { user_id: to.id, amount: MUCH, source: "adjustment", reason: "An old system" };
  return data(await post(world, "credits/grants", by.as, body), 202, RecordedGrant).grant_id;
}

test("a grant above the ceiling waits for another operator", async () => {
  const [author, other] = [await signUpOperator(world), await signUpOperator(world)];
  const person = await signUp(world);
  await asPerson(author, `/customers/${person.id}`, async (page) => {
    const dialog = await opensChange(page, {
      ...{ action: "Grant credits", person: author },
      fields: { "Credits": MUCH, "Reason": "An old system" },
    });
    await presses(dialog, "Grant credits");
    await dialog.getByText(/No credits have moved yet: 100,000\.5/).waitFor();
    await press(dialog.getByRole("link"));
    await showsPage(page, "Grant");
    const own = await opensChange(page, { action: "Confirm", person: author });
    await press(own.getByRole("button", { name: "Confirm" }));
    await own.getByText("Confirm: not done").waitFor();
  });
  equal((await balanceOf(world, person.id)).balance, "0");
  await asPerson(other, `/grants?status=pending&user_id=${person.id}`, async (page) => {
    await rowsOf(page, "Grants");
    await isUsable(page);
    await press(row(page, "An old system").getByRole("link").first());
    await showsPage(page, "Grant");
    const dialog = await opensChange(page, { action: "Confirm", person: other });
    equal(await factOf(dialog, "Credits that move"), "+100,000.5");
    await confirms(dialog, "Confirm", /100,000\.5 credits are granted/);
    await factBecomes(page, "Decided by", "operator you");
    equal(await page.getByRole("button", { name: "Confirm" }).count(), 0);
    await isUsable(page);
  });
  equal((await balanceOf(world, person.id)).balance, MUCH);
  await proven(world);
});

test("an operator declines a pending grant, and no credits move", async () => {
  const [author, other] = [await signUpOperator(world), await signUpOperator(world)];
  const person = await signUp(world);
  const id = await pendingGrant(author, person);
  await asPerson(other, `/grants/${id}`, async (page) => {
    await changes(page, { action: "Decline", person: other }, /The grant is declined/);
    await page.getByRole("definition").getByText(/declined$/).waitFor();
  });
  equal((await balanceOf(world, person.id)).balance, "0");
});

test("an operator clears a warning, and the customer's credits are free", async () => {
  const [operator, buyer] = [await signUpOperator(world), await signUp(world)];
  const checkout = await openCheckout(world, buyer);
  await withDeliveries(world, "shared", async () => {
    equal((await payCheckout(checkout.checkout_url, WARNED_CARD)).result, "paid");
    await orderBecomes(world, buyer, checkout.order_id, "paid");
    await until(
      "the credits are frozen",
      async () => (await balanceOf(world, buyer.id)).available === "0" || undefined,
    );
  });
  await asPerson(operator, `/customers/${buyer.id}`, async (page) => {
    await factBecomes(page, "Frozen because the payment is in doubt", "9,990");
    await goTo(page, `/fraud-warnings?state=open&user_id=${buyer.id}`, "Fraud warnings");
    await rowsOf(page, "Early fraud warnings");
    await isUsable(page);
    await changes(page, {
      ...{ action: "Clear", person: operator, fields: { Reason: "The buyer was called." } },
    }, /The warning is cleared/);
    await page.getByText("Nothing matches these filters.").waitFor();
  });
  equal((await balanceOf(world, buyer.id)).available, "9990");
  await proven(world);
});

test("an operator reads why a checkout was allowed, and blocks its IP address and a user", async () => {
  using address = newAddress(world);
  const [operator, buyer] = [await signUpOperator(world), await signUp(world)];
  equal((await address.checkout(buyer)).status, 201);
  await asPerson(operator, `/fraud-decisions?user_id=${buyer.id}`, async (page) => {
    const answer = await get(world, `fraud/decisions?user_id=${buyer.id}`, service);
    const [decision] = data(answer, 200, z.array(Decision));
    const [shown] = await rowsOf(page, "Decisions");
    equal(shown![1], "checkout");
    equal(shown![3], decision!.reasons.map((each) => each.replaceAll("_", " ")).join(", "));
    await isUsable(page);
    await changes(page, {
      ...{ action: "Block address", within: row(page, "checkout"), person: operator },
      fields: { "Reason": "An attack" },
    }, /The block applies until somebody lifts it\./);
    equal((await address.checkout(await signUp(world))).status, 403);
    await goTo(page, `/blocks?user_id=${buyer.id}`, "Blocks");
    await page.getByText("Nothing matches these filters.").waitFor();
    await changes(page, {
      ...{ action: "Block", person: operator },
      fields: {
        "Value": buyer.id,
        "Last day, UTC (optional)": "2037-12-31",
        "Reason": "Three disputes",
      },
    }, /^The block applies until Jan 1, 2038, 00:00:00 UTC\.$/);
    await row(page, "Three disputes").waitFor();
    await isUsable(page);
    await changes(page, { action: "Lift", person: operator }, /The block is lifted/);
    await page.getByText("Nothing matches these filters.").waitFor();
  });
});

/** Stores a request for welcome credits that was refused on this day. */
async function refusedWelcome({ id }: Person, day: string): Promise<void> {
  await withSql(world, (sql) =>
    sql`
    insert into farthing.welcome_grants (user_id, status, reason, decided_at)
    values (${id}, 'refused', 'day_ceiling', ${`${day}T12:00:00Z`})`);
}

/**
 * Returns a random day from 1970 to 1997. The test retries all refusals of this day, and must not
 * find refusals of another test run.
 */
function randomDay(): string {
  const days = crypto.getRandomValues(new Uint16Array(1))[0]! % 10_000;
  return new Date(Date.UTC(1970, 0, 1 + days)).toISOString().slice(0, 10);
}

const welcomeOf = async ({ id }: Person) => {
  const answer = await get(world, `credits/welcome-grants?user_id=${id}`, service);
  return data(answer, 200, z.array(WelcomeGrant))[0];
};

test("refused welcome credits are retried, one by one and after a dry run of all", async () => {
  const [operator, one, other] = [
    await signUpOperator(world),
    await signUp(world),
    await signUp(world),
  ];
  const day = randomDay();
  await refusedWelcome(one, day);
  await refusedWelcome(other, day);
  await asPerson(operator, `/welcome-credits?user_id=${one.id}`, async (page) => {
    await rowsOf(page, "Welcome credits");
    await isUsable(page);
    await changes(page, {
      ...{ action: "Retry", person: operator, fields: { Reason: "A real user." } },
    }, /The user is queued again/);
    ok((await welcomeOf(one))?.retried_at);

    const action = "Retry refused users";
    const dialog = await opensChange(page, {
      ...{ action, person: operator },
      fields: {
        "First day of the refusals, UTC": day,
        "Last day of the refusals, UTC (optional)": day,
        "Reason": "The ceiling was too low.",
      },
    });
    await press(dialog.getByRole("button", { name: "Preview" }));
    await dialog.getByText("day ceiling: 1", { exact: true }).waitFor();
    equal((await welcomeOf(other))?.retried_at, null, "a dry run changes nothing");
    await write(dialog.getByLabel("Reason"), "The ceiling was far too low.");
    await press(dialog.getByRole("button", { name: "Preview" }));
    await dialog.getByText("day ceiling: 1", { exact: true }).waitFor();
    await confirms(dialog, action, /1 users are queued again/);
    ok((await welcomeOf(other))?.retried_at);
  });
});

test("the preview of a retry without a last day decides until when refusals count", async () => {
  const operator = await signUpOperator(world);
  await asPerson(operator, "/welcome-credits", async (page) => {
    const route = "**/credits/welcome-grants/retry";
    const action = "Retry refused users";
    const dialog = await opensChange(page, {
      ...{ action, person: operator },
      fields: { "First day of the refusals, UTC": "2020-01-01", "Reason": "A new ceiling." },
    });
    const answer = page.waitForResponse(route);
    await dialog.getByRole("button", { name: "Preview" }).click();
    const { data } = await (await answer).json();
    // The request is aborted. Otherwise the service would also queue refused users of other tests
    // again.
    await page.route(route, (sent) => sent.abort());
    const change = page.waitForRequest(route);
    await dialog.getByRole("button", { name: action }).click();
    const { until, dry_run } = (await change).postDataJSON();
    deepEqual({ until, dry_run }, { until: data.until, dry_run: undefined });
  });
});

testsEnd();
