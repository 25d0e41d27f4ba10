/** Sessions without browser storage, sessions that end while a form is open, and sign-outs. */
import { deepEqual, equal } from "node:assert/strict";
import type { Locator, Page } from "playwright-core";
import { newLogin } from "../browser/another-origin/app-page.ts";
import { audit } from "../browser/accessibility.ts";
import { withPage } from "../browser/chromium.ts";
import { type Person, signUp, signUpAs, signUpWith } from "../support/project/people.ts";
import { promptOf } from "../support/work/chat.ts";
import { press as pressOn, write } from "./by-keyboard.ts";
import { asPerson, confirms, goTo, opensChange, opensTab, showsPage } from "./operate.ts";
import { test, testsEnd, theConsole, world } from "./opened.ts";

const press = (within: Page | Locator, name: string) =>
  pressOn(within.getByRole("button", { name, exact: true }));

type Login = Pick<Person, "email" | "password">;

async function fillsLogin(within: Page | Locator, { email, password }: Login): Promise<void> {
  await write(within.getByLabel("Email"), email);
  await write(within.getByLabel("Password"), password);
}

/**
 * Ends the session of an open page. The page's next call needs a new token, and Auth refuses to
 * issue one.
 */
async function endsSession(page: Page): Promise<void> {
  const key = `farthing-console ${world.url}`;
  await page.evaluate(
    `localStorage.setItem("${key}", JSON.stringify({
      ...JSON.parse(localStorage.getItem("${key}")), expires_at: 1, refresh_token: "revoked",
    }))`,
  );
}

const ended = (page: Page) => page.getByRole("dialog", { name: "Your session has ended" });

for (const storage of ["sessionStorage", "localStorage"]) {
  test(`without ${storage}, a visitor signs up and sees the pages`, async () => {
    const { browser, host } = await theConsole();
    await withPage(browser, async (page) => {
      await page.addInitScript(
        `Object.defineProperty(window, "${storage}", { get() { throw new DOMException("no") } })`,
      );
      await page.goto(host.address);
      await fillsLogin(page, newLogin());
      await press(page, "Sign up");
      await showsPage(page, "Balance");
      await press(page, "Sign out");
      await page.getByRole("button", { name: "Sign in" }).waitFor();
    });
  });
}

test("a session that ends keeps the form, and the same user goes on in it", async () => {
  const [operator, ann] = [await signUpAs(world, "operator"), await signUp(world)];
  await asPerson(operator, `/customers/${ann.id}`, async (page) => {
    await showsPage(page, "Customer");
    const dialog = await opensChange(page, {
      ...{ action: "Grant credits", person: operator },
      fields: { Credits: "7", Reason: "a test" },
    });
    await endsSession(page);
    await press(dialog, "Preview");
    await ended(page).getByText("Sign in to go on.").waitFor();
    deepEqual(await audit(page), []);
    await page.keyboard.press("Escape");
    await fillsLogin(ended(page), operator);
    await press(ended(page), "Sign in");
    await ended(page).waitFor({ state: "detached" });
    equal(await dialog.getByLabel("Credits", { exact: true }).inputValue(), "7");
    await confirms(dialog, "Grant credits", /granted/);
  });
});

test("after a session has ended, another user who signs in gets new pages", async () => {
  const [operator, ann] = [await signUpAs(world, "operator"), await signUp(world)];
  await asPerson(operator, `/customers/${ann.id}`, async (page) => {
    await showsPage(page, "Customer");
    const dialog = await opensChange(page, {
      ...{ action: "Grant credits", person: operator },
      fields: { Credits: "7" },
    });
    await endsSession(page);
    await write(dialog.getByLabel("Reason"), "a test");
    await press(dialog, "Preview");
    await fillsLogin(ended(page), ann);
    await press(ended(page), "Sign in");
    await page.getByRole("banner").getByText(ann.email).waitFor();
    await showsPage(page, "There is no such page");
    equal(await page.getByRole("dialog").count(), 0);
  });
});

test("the pages go at once when the user signs out, also in another tab", async () => {
  const { host } = await theConsole();
  await asPerson(await signUp(world), "/", async (page) => {
    await showsPage(page, "Balance");
    const other = await opensTab(page, `${host.address}#/history`);
    await showsPage(other, "History");
    await press(page, "Sign out");
    await other.getByRole("heading", { name: "Farthing", level: 1 }).waitFor();
    equal(await ended(page).count() + await ended(other).count(), 0);
  });
});

test("the pages go in another tab, even if this tab reads the sign-out's mark late", async () => {
  const { host } = await theConsole();
  await asPerson(await signUp(world), "/", async (page) => {
    await showsPage(page, "Balance");
    const other = await opensTab(page, `${host.address}#/history`);
    await showsPage(other, "History");
    // If a tab runs in another process, it may get a message before it sees the changed
    // localStorage. Here, the other tab never sees the sign-out's mark in localStorage.
    await other.evaluate(`{
      const { getItem } = Storage.prototype;
      const late = (key) => key.startsWith("farthing-console signed out");
      Storage.prototype.getItem = function (key) {
        return late(key) ? null : getItem.call(this, key);
      };
    }`);
    await press(page, "Sign out");
    await other.getByRole("heading", { name: "Farthing", level: 1 }).waitFor();
    equal(await ended(other).count(), 0);
  });
});

/** The names of the conversations that are stored in this tab. */
const chatsOf = (page: Page): Promise<string[]> =>
  page.evaluate(`Object.keys(sessionStorage).filter((key) => key.startsWith("farthing-chat"))`);

test("signing out removes the conversations, also those that are not on the page", async () => {
  await asPerson(await signUpWith(world, "100"), "/chat?model=gpt-4o", async (page) => {
    await write(page.getByLabel("Message"), promptOf("[tokens:20]").content);
    await press(page, "Send");
    await page.getByText(/^[\d.]+ credits$/).waitFor();
    deepEqual(await chatsOf(page), [`farthing-chat ${world.url} gpt-4o`]);
    await goTo(page, "/", "Balance");
    await press(page, "Sign out");
    await page.getByRole("button", { name: "Sign in" }).waitFor();
    deepEqual(await chatsOf(page), []);
  });
});

testsEnd();
