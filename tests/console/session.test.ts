/** A session in the console: a browser without storage */
import type { Locator, Page } from "playwright-core";
import { newLogin } from "../browser/another-origin/app-page.ts";
import { withPage } from "../browser/chromium.ts";
import type { Person } from "../support/project/people.ts";
import { press as pressOn, write } from "./by-keyboard.ts";
import { showsPage } from "./operate.ts";
import { test, testsEnd, theConsole, world } from "./opened.ts";

const press = (within: Page | Locator, name: string) =>
  pressOn(within.getByRole("button", { name, exact: true }));

type Login = Pick<Person, "email" | "password">;

async function fillsLogin(within: Page | Locator, { email, password }: Login): Promise<void> {
  await write(within.getByLabel("Email"), email);
  await write(within.getByLabel("Password"), password);
}

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

testsEnd();
