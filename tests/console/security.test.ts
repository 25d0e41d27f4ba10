/** The second factor in the console: an operator enrols it, verifies it, and makes changes with it. */
import { deepEqual, equal, ok } from "node:assert/strict";
import type { Page } from "playwright-core";
import { SettingsChanged } from "../../supabase/functions/_shared/contracts/settings/changes.ts";
import { PolicySettings } from "../../supabase/functions/_shared/contracts/settings/policy.ts";
import { audit } from "../browser/accessibility.ts";
import { withPage } from "../browser/chromium.ts";
import { codeOf, wrongCodeOf } from "../support/project/authenticator.ts";
import { proven, withPolicy } from "../support/project/database.ts";
import { backEnd, data, get, post } from "../support/project/http.ts";
import { type Person, signUp, signUpAs } from "../support/project/people.ts";
import { press as pressOn, write } from "./by-keyboard.ts";
import {
  asPerson,
  confirms,
  factBecomes,
  goTo,
  opensChange,
  opensTab,
  showsPage,
} from "./operate.ts";
import { test, testsEnd, theConsole, world } from "./opened.ts";
import { code, enrols, hasNoFaults, press, verifies } from "./second-factor.ts";

async function setMfa(operator_mfa: string): Promise<void> {
  const as = backEnd(world);
  const { version } = data(await get(world, "settings/policy", as), 200, PolicySettings);
  const body = { changes: { operator_mfa }, version, reason: "a test" };
  data(await post(world, "settings/policy", as, body), 200, SettingsChanged);
}

/** Runs `use` while operators' changes need a second factor. */
const whileRequired = (use: () => Promise<void>) =>
  withPolicy(world, "exclusive", async () => {
    await setMfa("required");
    await use().finally(() => setMfa("live"));
    await proven(world);
  });

/** Signs in with the form in a new window. */
async function signsIn(
  { email, password }: Person,
  use: (page: Page) => Promise<void>,
): Promise<void> {
  const { browser, host } = await theConsole();
  await withPage(browser, async (page) => {
    await page.goto(`${host.address}#/events`);
    await write(page.getByLabel("Email"), email);
    await write(page.getByLabel("Password"), password);
    await press(page, "Sign in");
    await use(page);
  });
}

const opensGrant = (page: Page, person: Person, amount: string) =>
  opensChange(page, {
    ...{ action: "Grant credits", person },
    fields: { Credits: amount, Reason: "a test" },
  });

test("an operator without a second factor is refused, adds one, and makes the change", () =>
  whileRequired(async () => {
    const [operator, ann] = [await signUpAs(world, "operator"), await signUp(world)];
    await asPerson(operator, `/customers/${ann.id}`, async (page) => {
      await showsPage(page, "Customer");
      const dialog = await opensGrant(page, operator, "7");
      await press(dialog, "Preview");
      await dialog.getByText("you have none yet").waitFor();
      deepEqual(await audit(page), []);
      await pressOn(dialog.getByRole("link", { name: "Security" }));
      await showsPage(page, "Security");
      await hasNoFaults(page);
      await enrols(page);
      await hasNoFaults(page);
      await goTo(page, `/customers/${ann.id}`, "Customer");
      await confirms(await opensGrant(page, operator, "7"), "Grant credits", /granted/);
      await factBecomes(page, "Balance", "7");
    });
  }));

test("the dialog of a refused change asks for the code, and repeats the same request", () =>
  whileRequired(async () => {
    const [operator, ann] = [await signUpAs(world, "operator"), await signUp(world)];
    let secret = "";
    await asPerson(operator, "/security", async (page) => {
      secret = await enrols(page);
    });
    await signsIn(operator, async (page) => {
      await page.getByRole("heading", { name: "Second factor", level: 1 }).waitFor();
      await code(page).waitFor();
      await hasNoFaults(page);
      await press(page, "Go on without it");
      await showsPage(page, "Events");
      await page.reload();
      await showsPage(page, "Events");
      await goTo(page, `/customers/${ann.id}`, "Customer");
      const sent: { key: string | undefined; body: string | null }[] = [];
      page.on("request", (request) => {
        if (request.method() !== "POST" || !request.url().endsWith("/fraud/blocked")) return;
        sent.push({ key: request.headers()["idempotency-key"], body: request.postData() });
      });
      const change = { action: "Block customer", person: operator, fields: { Reason: "a test" } };
      const dialog = await opensChange(page, change);
      await press(dialog, "Block customer");
      await code(dialog).waitFor();
      equal(await page.evaluate(`document.activeElement.name`), "code");
      deepEqual(
        await Promise.all(
          ["autocomplete", "inputmode"].map((name) => code(dialog).getAttribute(name)),
        ),
        ["one-time-code", "numeric"],
      );
      deepEqual(await audit(page), []);
      await write(code(dialog), wrongCodeOf(secret));
      await page.keyboard.press("Enter");
      await dialog.getByText("The code is wrong or too old. Enter the code that the app shows now.")
        .waitFor();
      await write(code(dialog), codeOf(secret));
      await page.keyboard.press("Enter");
      await dialog.getByRole("status").getByText("The block applies").waitFor();
      equal(sent.length, 2);
      ok(sent[0]!.key);
      deepEqual(sent[0], sent[1]);
    });
  }));

test("a second sign-in asks for the code, and none does after the app was removed", () =>
  whileRequired(async () => {
    const operator = await signUpAs(world, "operator");
    let secret = "";
    await asPerson(operator, "/security", async (page) => {
      secret = await enrols(page);
    });
    await signsIn(operator, async (page) => {
      await verifies(page, "Verify", secret);
      await showsPage(page, "Events");
      await goTo(page, "/security", "Security");
      await page.getByText("This session has the second factor.").waitFor();
      const dialog = await opensChange(page, { action: "Remove", person: operator });
      await dialog.getByText("The app is your last one").waitFor();
      await confirms(dialog, "Remove", /is removed/);
      await page.getByText("This session has no second factor.").waitFor();
      await page.getByText("You have no authenticator app.").waitFor();
    });
    await signsIn(operator, async (page) => {
      await showsPage(page, "Events");
    });
  }));

test("a change of settings asks for the code, too, before its difference is shown", () =>
  whileRequired(async () => {
    const operator = await signUpAs(world, "operator");
    let secret = "";
    await asPerson(operator, "/security", async (page) => {
      secret = await enrols(page);
    });
    await signsIn(operator, async (page) => {
      await press(page, "Go on without it");
      await goTo(page, "/settings/policy", "Policy");
      await press(page, "Change: late settle within");
      const dialog = page.getByRole("dialog");
      await write(dialog.getByLabel("Value (seconds)"), "1800");
      await press(dialog, "Show what will change");
      await verifies(dialog, "Verify and go on", secret);
      await dialog.getByRole("table", { name: "Changes of policy" }).waitFor();
    });
  }));

test("an operator who goes on without the code is not asked again in another tab", async () => {
  const operator = await signUpAs(world, "operator");
  await asPerson(operator, "/security", async (page) => void await enrols(page));
  await signsIn(operator, async (page) => {
    await press(page, "Go on without it");
    await showsPage(page, "Events");
    await showsPage(await opensTab(page, page.url()), "Events");
  });
});

testsEnd();
