/**
 * A buyer uses the console in real Chromium with the real stack. A static host serves the console
 * from a subfolder, at an origin other than the stack's.
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import type { Page } from "playwright-core";
import { audit } from "../browser/accessibility.ts";
import { newLogin, paysByCard } from "../browser/another-origin/app-page.ts";
import { withPage } from "../browser/chromium.ts";
import { proven, withDeliveries } from "../support/project/database.ts";
import { backEnd, data, get, post } from "../support/project/http.ts";
import { type Person, signUp, signUpWith } from "../support/project/people.ts";
import { promptOf } from "../support/work/chat.ts";
import { holdsEnd } from "../support/work/jobs.ts";
import { Debit } from "../../supabase/functions/_shared/contracts/credits.ts";
import { choose, press as pressOn, write } from "./by-keyboard.ts";
import { withConsole } from "./console-page.ts";
import { test, testsEnd, theConsole, world } from "./opened.ts";

const goTo = (page: Page, name: string) =>
  pressOn(
    page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name, exact: true }),
  );

const press = (page: Page, name: string | RegExp) =>
  pressOn(page.getByRole("button", { name, exact: true }));

const shows = (page: Page, text: string | RegExp) =>
  page.getByRole("main").getByText(text, { exact: true }).first().waitFor();

/** The cells of the first table row that contains this text. */
const rowOf = async (page: Page, text: string): Promise<string[]> => {
  const row = page.getByRole("row").filter({ hasText: text }).first();
  await row.waitFor();
  return await row.getByRole("cell").allInnerTexts();
};

/** Returns the models that the project offers. Not every model that has a rate is offered. */
async function offeredModels(): Promise<string[]> {
  const { text } = await get(world, "ai/v1/models", backEnd(world));
  const { data } = JSON.parse(text) as { data: { id: string }[] };
  ok(data.length > 0);
  return data.map(({ id }) => id);
}

/** Opens the console with this person signed in, runs `use`, and then proves the ledger. */
async function asPerson(
  person: Person,
  path: string,
  use: (page: Page) => Promise<void>,
): Promise<void> {
  const { browser, host } = await theConsole();
  await withConsole(browser, host, { world, person, path }, use);
  await proven(world);
}

test("a visitor signs up, and is signed out on request", async () => {
  const { browser, host } = await theConsole();
  const { email, password } = newLogin();
  await withPage(browser, async (page) => {
    await page.goto(host.address);
    await write(page.getByLabel("Email"), email);
    await write(page.getByLabel("Password"), password);
    await press(page, "Sign up");
    await page.getByRole("heading", { name: "Balance" }).waitFor();
    await page.getByRole("banner").getByText(email).waitFor();
    equal(await page.getByRole("link", { name: "Customers" }).count(), 0);
    await page.reload();
    await page.getByRole("heading", { name: "Balance" }).waitFor();
    await press(page, "Sign out");
    await page.getByRole("button", { name: "Sign in" }).waitFor();
  });
});

test("a buyer buys, returns to the same page, and sees credits, order and history", async () => {
  const person = await signUp(world);
  await asPerson(person, "/buy", async (page) => {
    await press(page, "Buy Starter");
    await withDeliveries(world, "shared", async () => {
      await paysByCard(page, world, person.email);
      await page.getByText("Thank you", { exact: true }).waitFor();
    });
    match(page.url(), /\/deep\/console\/#\/buy$/);
    await goTo(page, "Balance");
    await shows(page, "9,990");
    await goTo(page, "Orders");
    const order = await rowOf(page, "Starter");
    deepEqual([order[2]?.replace(/\s/g, ""), order[3], order[4]], ["✓paid", "9,990", "$9.99"]);
    await goTo(page, "History");
    const entry = await rowOf(page, "Purchase");
    deepEqual(entry.slice(2), ["Starter package bought", "+9,990", "9,990"]);
  });
});

test("the history says why the balance changed, is filtered, and is saved as a file", async () => {
  const person = await signUpWith(world, "12.5");
  const body = { user_id: person.id, amount: "2.25", reason: "A picture of a wren" };
  data(await post(world, "credits/debits", backEnd(world), body), 201, Debit);
  await asPerson(person, "/history", async (page) => {
    deepEqual((await rowOf(page, "Charge")).slice(1), [
      ...["Charge", "A picture of a wren", "-2.25", "10.25"],
    ]);
    const kinds = await page.getByLabel("What").locator("option").allInnerTexts();
    ok(
      kinds.includes("Promotion") && !kinds.includes("promotion"),
      "the filter has the table's words",
    );
    await choose(page.getByLabel("What"), "promotion");
    await press(page, "Show");
    await page.getByRole("row").filter({ hasText: "Charge" }).waitFor({ state: "detached" });
    deepEqual((await rowOf(page, "Promotion")).slice(3), ["+12.5", "12.5"]);
    match(page.url(), /#\/history\?kind=promotion$/);
    await page.reload();
    await rowOf(page, "Promotion");
    const [file] = await Promise.all([page.waitForEvent("download"), press(page, "Download CSV")]);
    const lines = (await Deno.readTextFile(await file.path())).trim().split(/\r?\n/);
    match(lines[0]!, /^id,seq,kind,amount,balance_after/);
    equal(lines.length, 2);
    await choose(page.getByLabel("What"), "expiry");
    await press(page, "Show");
    await shows(page, "Nothing matches these filters.");
  });
});

test("on a phone each row of a table is a card, and still a row for screen readers", async () => {
  await asPerson(await signUpWith(world, "12.5"), "/history", async (page) => {
    await page.setViewportSize({ width: 375, height: 800 });
    const cells = page.getByRole("table", { name: "Changes of your balance" }).getByRole("row")
      .filter({ hasText: "Promotion" }).getByRole("cell");
    await cells.first().waitFor();
    for (const cell of await cells.all()) {
      const { x, width } = (await cell.boundingBox())!;
      ok(x >= 0 && x + width <= 375, `${await cell.innerText()} is within the window`);
    }
    equal(await page.getByRole("columnheader", { name: "Why" }).count(), 1);
    deepEqual(await audit(page), []);
    const [menu, out] = await Promise.all(
      ["Menu", "Sign out"].map((name) =>
        page.getByRole("banner").getByRole("button", { name }).boundingBox()
      ),
    );
    equal(menu!.y, out!.y, "the header has one line");
  });
});

test("a history that can't be saved says why", async () => {
  await asPerson(await signUpWith(world, "12.5"), "/history", async (page) => {
    await rowOf(page, "Promotion");
    await page.route("**/functions/v1/credits/entries*", (route) =>
      route.fulfill({
        status: 403,
        headers: { "access-control-allow-origin": "*", "content-type": "application/json" },
        body: JSON.stringify({
          success: false,
          error: { code: "forbidden", message: "The service said no.", retryable: false },
          metadata: { requestId: "request-1", timestamp: "2026-01-01T00:00:00Z" },
        }),
      }));
    await press(page, "Download CSV");
    await page.getByText("The file could not be read", { exact: true }).waitFor();
    await page.getByText("The service said no.").waitFor();
  });
});

test("a buyer runs a job, cancels another, and finds both again", async () => {
  const person = await signUpWith(world, "1000");
  await asPerson(person, "/jobs", async (page) => {
    const start = async (topic: string) => {
      await write(page.getByLabel("Topic"), topic);
      await press(page, "Research");
      await page.getByRole("heading", { name: "Job", exact: true }).waitFor();
    };
    await start("Explain the farthing. [plan:1]");
    await page.getByRole("region", { name: "Result" }).waitFor();
    await shows(page, "plan");
    await shows(page, "Together");
    await goTo(page, "Jobs");
    await start("Explain the groat. [plan:5] [slow:3000]");
    await press(page, "Cancel");
    await page.getByText("Cancelled", { exact: true }).waitFor();
    await holdsEnd(world, person.id);
    await goTo(page, "Jobs");
    await rowOf(page, "completed");
    await rowOf(page, "cancelled");
  });
});

test("a buyer chats and sees the price; without credits the paywall leads to a purchase", async () => {
  const person = await signUpWith(world, "100");
  await asPerson(person, "/chat?model=gpt-4o", async (page) => {
    const models = page.getByLabel("Model").locator("option");
    await models.first().waitFor({ state: "attached" });
    deepEqual(await models.allInnerTexts(), await offeredModels());
    await write(page.getByLabel("Message"), promptOf("[tokens:20]").content);
    await press(page, "Send");
    await page.getByText(/^[\d.]+ credits$/).waitFor();
  });
  await asPerson(await signUp(world), "/chat?model=gpt-4o", async (page) => {
    await write(page.getByLabel("Message"), promptOf("[tokens:20]").content);
    await press(page, "Send");
    const paywall = page.getByRole("dialog", { name: "Not enough credits" });
    await paywall.getByRole("button", { name: /^Buy Starter for/ }).waitFor();
  });
});

test("a buyer caps a day, and turns automatic top-ups on and off", async () => {
  const person = await signUpWith(world, "1000");
  await asPerson(person, "/top-ups", async (page) => {
    await press(page, "Change the cap");
    const dialog = page.getByRole("dialog", { name: "Daily cap" });
    await dialog.waitFor();
    equal(await dialog.getByText("In your name").count(), 0, "a buyer's dialog names nobody");
    await write(dialog.getByLabel("Credits"), "-1");
    await pressOn(dialog.getByRole("button", { name: "Change the cap" }));
    await dialog.getByText("Change the cap: not done").waitFor();
    await write(dialog.getByLabel("Credits"), "250");
    await pressOn(dialog.getByRole("button", { name: "Change the cap" }));
    await dialog.getByText("The daily cap is now: 250.").waitFor();
    await pressOn(dialog.getByRole("button", { name: "Close" }).last());
    // After the change, the page must read the spend caps again and show the new cap.
    await page.locator("dl").filter({ hasText: /Set by you\s*250/ }).waitFor();
    await withDeliveries(world, "shared", async () => {
      await press(page, "Save a card");
      await paysByCard(page, world, person.email, /^Save/);
      await page.getByText("ending in 4242").waitFor();
      await write(page.getByLabel("When fewer credits are left than"), "2000");
      await write(page.getByLabel("Top up to"), "5000");
      await press(page, "Agree and turn on");
      await goTo(page, "Balance");
      await shows(page, "5,000");
    });
  });
});

testsEnd();
