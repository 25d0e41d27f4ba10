/**
 * An operator finds a customer, and sees each change of the balance. From the customer's page, the
 * operator refunds, grants and blocks. A user who is not an operator gets neither the operators'
 * pages nor their data.
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import type { Page } from "playwright-core";
import type { z } from "zod";
import { CustomerPage } from "../../supabase/functions/_shared/contracts/customer-page.ts";
import { OpenedHold } from "../../supabase/functions/_shared/contracts/holds.ts";
import { audit, overflowsAt, ZOOMED } from "../browser/accessibility.ts";
import { buy } from "../support/money/purchases.ts";
import { proven, withDeliveries } from "../support/project/database.ts";
import { backEnd, data, get, post } from "../support/project/http.ts";
import { type Person, signUp, signUpAs, signUpOperator } from "../support/project/people.ts";
import { until } from "../support/project/until.ts";
import { choose, press, write } from "./by-keyboard.ts";
import { asForgedOperator } from "./forged.ts";
import {
  asPerson,
  changes,
  confirms,
  creditsAs,
  factBecomes,
  factOf,
  goTo,
  opensChange,
  row,
  rowsOf,
  showsPage,
  watchAnswers,
} from "./operate.ts";
import { test, testsEnd, theConsole, world } from "./opened.ts";

const service = backEnd(world);
type Data = z.output<typeof CustomerPage>;

const readPage = async ({ id }: Person): Promise<Data> =>
  data(await get(world, `customers/${id}`, service), 200, CustomerPage);

async function did(path: string, body: object): Promise<void> {
  const { status, text } = await post(world, path, service, body);
  ok(status < 300, `${path}: ${text}`);
}

/** A buyer with a purchase, a grant, two charges, a settled hold and an open hold. */
async function busyBuyer() {
  const buyer = await signUp(world);
  const order = await buy(world, buyer);
  const user_id = buyer.id;
  await did("credits/grants", {
    ...{ user_id, amount: "500.25", source: "promotional", reason: "An apology for Monday" },
  });
  await did("usage", { user_id, model: "gpt-4o", input_tokens: 1000, output_tokens: 500 });
  await did("credits/debits", { user_id, amount: "12.000000000000000001", reason: "An image" });
  const hold = await post(world, "credits/holds", service, { user_id, amount: "80" });
  const { hold_id } = data(hold, 201, OpenedHold);
  await did(`credits/holds/${hold_id}/settle`, { amount: "63.5" });
  await did("credits/holds", { user_id, amount: "40", reason: "A report" });
  return { buyer, order };
}

/**
 * Asserts that the page shows the balance and each change of the balance, digit for digit as in the
 * API.
 */
async function explains(page: Page, { credits, entries }: Data): Promise<void> {
  for (
    const [name, amount] of [
      ["Balance", credits.balance],
      ["Available", credits.available],
      ["Held by running work", credits.held],
      ["Frozen because the payment is in doubt", credits.frozen],
      ["Debt", credits.debt],
    ] as const
  ) {
    equal(await factOf(page, name), creditsAs(amount), name);
  }
  const shown = await rowsOf(page, "Changes of the balance");
  equal(shown.length, entries.items.length);
  for (const [nr, { kind, amount, balance_after, reason }] of entries.items.entries()) {
    const [when, change, after, why] = shown[nr]!;
    match(when!, new RegExp(`UTC\\s+${kind}$`));
    deepEqual([change, after], [creditsAs(amount, { signed: true }), creditsAs(balance_after)]);
    ok(why!.startsWith(reason), `${why} explains: ${reason}`);
  }
}

test("an operator finds a customer by email, explains every change, and refunds", async () => {
  const [operator, { buyer, order }] = [await signUpOperator(world), await busyBuyer()];
  await asPerson(operator, "/customers", async (page) => {
    await write(page.getByLabel("Email address or id"), buyer.email);
    await page.keyboard.press("Enter");
    await press(page.getByRole("link", { name: buyer.email }));
    await showsPage(page, "Customer");
    match(page.url(), new RegExp(`#/customers/${buyer.id}$`));
    const before = await readPage(buyer);
    deepEqual(before.entries.items.map(({ kind }) => kind), [
      ...["settle", "debit", "usage", "promotion", "purchase"],
    ]);
    await rowsOf(page, "Changes of the balance");
    await explains(page, before);

    await withDeliveries(world, "shared", async () => {
      const dialog = await opensChange(page, {
        action: "Refund",
        within: page.getByRole("table", { name: "Orders" }),
        person: operator,
        fields: { "Amount in USD (optional)": "50", "Reason": "The first day did not work." },
      });
      await press(dialog.getByRole("button", { name: "Preview" }));
      await dialog.getByText("At most $9.99 can be refunded.").waitFor();
      await write(dialog.getByLabel("Amount in USD (optional)"), "3.33");
      equal(await factOf(dialog, "Paid"), "$9.99");
      equal(await factOf(dialog, "Refunded so far"), "$0.00");
      equal(await factOf(dialog, "Credits of the order"), "9,990");
      await press(dialog.getByRole("button", { name: "Preview" }));
      const plan = dialog.getByRole("status");
      equal(await factOf(plan, "Money that goes back"), "$3.33");
      equal(await factOf(plan, "Credits clawed back"), "3,330");
      equal(await factOf(plan, "Of these, new debt"), "0");
      equal(await factOf(plan, "Left to refund"), "$6.66");
      await confirms(dialog, "Refund", /\$3\.33 (went back|is requested)/);
      await until(
        "the refund is applied",
        async () => (await readPage(buyer)).refunds.items[0]?.status === "succeeded" || undefined,
      );
    });
    await page.reload();
    const after = await readPage(buyer);
    equal(after.entries.items[0]?.kind, "clawback");
    await rowsOf(page, "Changes of the balance");
    await explains(page, after);
    const clawback = row(page, "clawed back");
    await clawback.getByText("asked for by operator you: The first day did not work.").waitFor();
    await clawback.locator(`a[href="#/refunds/${after.refunds.items[0]!.refund_id}"]`).waitFor();
    const [refunded] = await rowsOf(page, "Refunds");
    deepEqual(refunded!.slice(2, 5), ["$3.33", "3,330", "0"]);
    deepEqual(refunded!.slice(-2), ["operator you", "The first day did not work."]);

    await press(row(page, "clawed back").getByRole("link", { name: order.order_id.slice(0, 8) }));
    await showsPage(page, "Order");
    equal(await factOf(page, "Refunded"), "$3.33");
    await page.getByRole("link", { name: buyer.email }).waitFor();
  });
  await proven(world);
});

test("a customer is found by the ids of an order and its checkout, and each read is recorded", async () => {
  const [operator, buyer] = [await signUpOperator(world), await signUp(world)];
  const order = await buy(world, buyer);
  await asPerson(operator, `/customers?q=${order.order_id}`, async (page) => {
    await page.getByRole("cell", { name: "order id", exact: true }).waitFor();
    await goTo(page, `/customers?q=${order.checkout_session_id}`, "Customers");
    await page.getByRole("cell", { name: "checkout session id", exact: true }).waitFor();
    await press(page.getByRole("link", { name: buyer.email }));
    await press(page.getByRole("link", { name: "Reads of this customer's data" }));
    await showsPage(page, "Reads of this customer's data");
    const reads = await rowsOf(page, "Reads of this customer's data");
    ok(reads.every(([, who]) => who === "operator you"));
    deepEqual(reads.map(([, , , searched]) => searched).slice(-2), [
      order.checkout_session_id,
      order.order_id,
    ]);
    await goTo(page, `/customers?q=nobody-${crypto.randomUUID()}@example.com`, "Customers");
    await page.getByText("No customer has this email address or id.").waitFor();
  });
});

test("the whole lists of a customer have addresses, which contain their filters", async () => {
  const [operator, { buyer }] = [await signUpOperator(world), await busyBuyer()];
  await asPerson(operator, `/customers/${buyer.id}`, async (page) => {
    await press(page.getByRole("link", { name: "Whole list: changes of the balance" }));
    await showsPage(page, "All changes of the balance");
    equal((await rowsOf(page, "All changes of the balance")).length, 5);
    await choose(page.getByLabel("Kind"), "usage");
    await press(page.getByRole("button", { name: "Show" }));
    await row(page, "purchase").waitFor({ state: "detached" });
    deepEqual((await rowsOf(page, "All changes of the balance")).map(([, change]) => change), [
      "-50",
    ]);
    match(page.url(), /\/entries\?kind=usage$/);
    for (
      const [list, title, table] of [
        ["orders", "All orders", "Orders"],
        ["lots", "All lots", "All lots"],
        ["notifications", "All notifications", "Notifications"],
      ] as const
    ) {
      await goTo(page, `/customers/${buyer.id}/${list}`, title);
      ok((await rowsOf(page, table)).length > 0);
    }
  });
});

test("an operator grants credits, blocks the customer, and lifts the block", async () => {
  const [operator, person] = [await signUpOperator(world), await signUp(world)];
  await asPerson(operator, `/customers/${person.id}`, async (page) => {
    await page.getByText("No changes yet.").waitFor();
    await factBecomes(page, "Balance", "0");
    await changes(page, {
      ...{ action: "Grant credits", person: operator },
      fields: { "Credits": "12.5", "Reason": "A lost voucher" },
    }, /12\.5 credits are granted/);
    await factBecomes(page, "Balance", "12.5");
    await row(page, "Grant by operator you: A lost voucher").waitFor();
    equal(await row(page, "A lost voucher").getByRole("link", { name: "you" }).count(), 1);
    await changes(page, {
      ...{ action: "Block customer", person: operator, fields: { Reason: "Two disputes" } },
    }, /The block applies/);
    await row(page, "A block applies: blocked user.").waitFor();
    const page_ = await readPage(person);
    deepEqual(
      (await rowsOf(page, "Requests that would be refused next")).map((
        [action, , why],
      ) => [action, why]),
      page_.refused_next.map(({ action, reason }) => [action.replaceAll("_", " "), reason]),
    );
    await changes(page, {
      ...{ action: "Lift", within: row(page, "Two disputes"), person: operator },
    }, /The block is lifted/);
    await row(page, "Two disputes").waitFor({ state: "detached" });
    equal((await readPage(person)).blocks.items.length, 0);
  });
  await proven(world);
});

const forger = async () => asForgedOperator(await signUp(world));

for (
  const [who, signsUp, hasPages] of [
    ["another user", () => signUp(world), false],
    ["a person with another role", () => signUpAs(world, "support"), false],
    ["a user who forges the browser's session", forger, true],
  ] as const
) {
  test(`${who} gets no data of operators`, async () => {
    const [person, buyer] = [await signsUp(), await signUp(world)];
    const order = await buy(world, buyer);
    const paths = [
      ...[`/customers?q=${buyer.email}`, `/customers/${buyer.id}`, `/customers/${buyer.id}/orders`],
      ...[`/customers/${buyer.id}/reads`, `/orders/${order.order_id}`, "/refunds", "/disputes"],
      ...["/grants", "/welcome-credits", "/blocks", "/fraud-warnings", "/fraud-decisions"],
    ];
    const { host } = await theConsole();
    await asPerson(person, "/", async (page) => {
      const answers = watchAnswers(page);
      for (const path of paths) {
        // The query of the URL differs for each address, so that the browser loads the page again,
        // as if the person had pasted the address.
        await page.goto(`${host.address}?at=${encodeURIComponent(path)}#${path}`);
        if (hasPages) await page.getByRole("alert").first().waitFor();
        else await showsPage(page, "There is no such page");
      }
      if (!hasPages) equal(await page.getByRole("link", { name: "Customers" }).count(), 0);
      const got = (await answers()).filter(({ path }) => !path.startsWith("/auth/"));
      equal(got.some(({ path }) => /^\/customers|^\/refunds/.test(path)), hasPages);
      for (const { path, status, text } of got) {
        ok(status >= 400, `${path} answers ${status}: ${text}`);
        ok(!text.includes(buyer.email) && !text.includes("payment_"), text);
      }
    });
  });
}

test("the pages of a customer work narrow, zoomed and dark, without findings of axe", async () => {
  const [operator, { buyer, order }] = [await signUpOperator(world), await busyBuyer()];
  await asPerson(operator, "/customers", async (page) => {
    for (
      const [path, heading] of [
        [`/customers?q=${buyer.email}`, "Customers"],
        [`/orders/${order.order_id}`, "Order"],
        [`/customers/${buyer.id}/entries`, "All changes of the balance"],
        [`/customers/${buyer.id}`, "Customer"],
      ] as const
    ) {
      await page.setViewportSize({ width: 1280, height: 900 });
      await goTo(page, path, heading);
      await page.getByRole("table").first().or(page.getByText("No refunds.")).first().waitFor();
      await page.emulateMedia({ colorScheme: "dark" });
      deepEqual(await audit(page), [], `${path}, dark`);
      await page.emulateMedia({ colorScheme: "light" });
      deepEqual(await audit(page), [], path);
      deepEqual(await overflowsAt(page, [{ width: 375, height: 700 }, ZOOMED]), [], path);
    }
    await opensChange(page, { action: "Refund", person: operator });
    deepEqual(await audit(page), [], "the dialog of a refund");
  });
});

testsEnd();
