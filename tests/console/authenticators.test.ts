/** The list of an operator's authenticator apps: one is added, and one is removed. */
import { deepEqual, equal } from "node:assert/strict";
import type { Page } from "playwright-core";
import { type Person, signUpAs } from "../support/project/people.ts";
import { write } from "./by-keyboard.ts";
import { asPerson, confirms, opensChange } from "./operate.ts";
import { test, testsEnd, world } from "./opened.ts";
import { enrols, press } from "./second-factor.ts";

/** Runs `use` with an operator who has one authenticator app, and a window in which it was verified. */
const withAuthenticator = async (
  use: (page: Page, operator: Person) => Promise<void>,
): Promise<void> => {
  const operator = await signUpAs(world, "operator");
  await asPerson(operator, "/security", async (page) => {
    await enrols(page);
    await use(page, operator);
  });
};

test("until the list of apps is read again, the next name is free, and typed text stays", async () => {
  const operator = await signUpAs(world, "operator");
  await asPerson(operator, "/security", async (page) => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    let isVerified = false;
    await page.route("**/auth/v1/factors/*/verify", async (route) => {
      const response = await route.fetch();
      isVerified ||= response.ok();
      await route.fulfill({ response });
    });
    await page.route("**/auth/v1/user", async (route) => {
      if (isVerified) await released;
      await route.continue();
    });
    await enrols(page);
    const name = page.getByLabel("Name of the app");
    equal(await name.inputValue(), "Authenticator app 2");
    await write(name, "Telephone");
    release();
    await page.getByRole("button", { name: "Remove" }).waitFor();
    deepEqual(
      [await name.inputValue(), await page.evaluate(`document.activeElement.name`)],
      ["Telephone", "name"],
    );
    await enrols(page);
    await page.getByRole("row").filter({ hasText: "Telephone" }).waitFor();
  });
});

const FACTOR = /\/auth\/v1\/factors\/[0-9a-f-]+$/;

test("a removal whose response was lost counts as done at the next attempt", () =>
  withAuthenticator(async (page, person) => {
    const dialog = await opensChange(page, { action: "Remove", person });
    let isLost = true;
    const user = "**/auth/v1/user";
    await page.route(user, (route) => route.abort());
    await page.route(FACTOR, async (route) => {
      if (!isLost) return await route.continue();
      isLost = false;
      await route.fetch();
      await route.abort();
    });
    await press(dialog, "Remove");
    await dialog.getByText("it is not known whether the authenticator app was removed").waitFor();
    await page.unroute(user);
    await confirms(dialog, "Remove", /is removed/);
    await page.getByText("You have no authenticator app.").waitFor();
  }));

test("a removal whose response was lost counts as done if the list has no such app", () =>
  withAuthenticator(async (page, person) => {
    const dialog = await opensChange(page, { action: "Remove", person });
    await page.route(FACTOR, async (route) => {
      await route.fetch();
      await route.abort();
    });
    await confirms(dialog, "Remove", /is removed/);
    await page.getByText("You have no authenticator app.").waitFor();
  }));

test("a removal is done although the session could not be refreshed", () =>
  withAuthenticator(async (page, person) => {
    const dialog = await opensChange(page, { action: "Remove", person });
    await page.route("**/auth/v1/token?grant_type=refresh_token", (route) => route.abort());
    await press(dialog, "Remove");
    await dialog.getByRole("status").getByText("The authenticator app is removed.").waitFor();
  }));

test("the removal of the app that verified the session shows its outcome, on the same page", () =>
  withAuthenticator(async (page, person) => {
    const name = "Authenticator app 2";
    await enrols(page);
    const row = page.getByRole("row").filter({ hasText: name });
    const dialog = await opensChange(page, { action: "Remove", within: row, person });
    await dialog.getByText("If the session was verified by this app").waitFor();
    await press(dialog, "Remove");
    await page.getByText("This session has no second factor yet.").waitFor();
    await dialog.getByRole("status").getByText("The authenticator app is removed.").waitFor();
    await press(dialog, "Close");
    await row.waitFor({ state: "detached" });
  }));

testsEnd();
