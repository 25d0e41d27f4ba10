/**
 * A change is made only if its dialog is shown and its button is then pressed. A held key, a second
 * Enter and a day that does not exist change nothing.
 */
import { deepEqual, equal } from "node:assert/strict";
import type { Page } from "playwright-core";
import { Block } from "../../supabase/functions/_shared/contracts/fraud.ts";
import { balanceOf } from "../support/money/purchases.ts";
import { withPolicy } from "../support/project/database.ts";
import { backEnd, data, post } from "../support/project/http.ts";
import { signUp } from "../support/project/people.ts";
import { holdEnter, press, write } from "./by-keyboard.ts";
import { asPerson, confirms, opensChange, showsPage } from "./operate.ts";
import { theOperator } from "./operators.ts";
import { test, testsEnd, world } from "./opened.ts";

/** Records the changes that the page sends to a route. Dry runs are not recorded. */
async function changesOf(page: Page, path: string): Promise<string[]> {
  const sent: string[] = [];
  await page.route((url) => url.pathname.startsWith(`/functions/v1${path}`), async (route) => {
    const request = route.request();
    const body = request.postData() ?? "";
    const isChange = ["POST", "DELETE"].includes(request.method()) && !body.includes("dry_run");
    if (isChange) sent.push(body);
    await route.continue();
  });
  return sent;
}

test("neither a held nor a second Enter on the preview makes the change", async () => {
  const [operator, ann] = [await theOperator(), await signUp(world)];
  await asPerson(operator, `/customers/${ann.id}`, async (page) => {
    await showsPage(page, "Customer");
    const sent = await changesOf(page, "/credits/grants");
    const dialog = await opensChange(page, {
      ...{ action: "Grant credits", person: operator },
      fields: { Credits: "7", Reason: "a test" },
    });
    const preview = dialog.getByRole("button", { name: "Preview", exact: true });
    const confirm = dialog.getByRole("button", { name: "Grant credits", exact: true });
    await holdEnter(preview, confirm);
    equal(await confirm.count(), 1, "the held key leaves the preview");
    await write(dialog.getByLabel("Credits", { exact: true }), "8");
    await press(preview);
    await confirm.waitFor();
    await page.keyboard.press("Enter");
    equal(await confirm.count(), 1, "the second Enter leaves the preview");
    await write(dialog.getByLabel("Credits", { exact: true }), "9");
    await press(preview);
    await confirm.waitFor();
    await press(dialog.getByLabel("Credits", { exact: true }));
    equal(await confirm.count(), 1, "Enter in a field leaves the preview");
    deepEqual(sent, []);
    await confirms(dialog, "Grant credits", /granted/);
    equal(sent.length, 1);
  });
  equal((await balanceOf(world, ann.id)).balance, "9");
});

test("a held Enter on the button that opens a change does not make the change", async () => {
  const [operator, ann] = [await theOperator(), await signUp(world)];
  const body = { kind: "user", value: ann.id, reason: "a test" };
  data(await post(world, "fraud/blocked", backEnd(world), body), 201, Block);
  await asPerson(operator, `/blocks?user_id=${ann.id}`, async (page) => {
    const sent = await changesOf(page, "/fraud/blocked");
    const dialog = page.getByRole("dialog");
    await holdEnter(page.getByRole("main").getByRole("button", { name: "Lift" }), dialog);
    await page.keyboard.press("Enter");
    equal(await dialog.getByRole("button", { name: "Lift", exact: true }).count(), 1);
    deepEqual(sent, []);
    await confirms(dialog, "Lift", /The block is lifted/);
    equal(sent.length, 1);
  });
});

test("a held Enter on a form of settings ends at the difference", () =>
  withPolicy(world, "shared", async () => {
    await asPerson(await theOperator(), "/settings/policy", async (page) => {
      const sent = await changesOf(page, "/settings/policy");
      await press(page.getByRole("button", { name: "Change: late settle within" }));
      const dialog = page.getByRole("dialog");
      await write(dialog.getByLabel("Value (seconds)"), "1801");
      const save = dialog.getByRole("button", { name: "Save", exact: true });
      await holdEnter(dialog.getByRole("button", { name: "Show what will change" }), save);
      equal(await dialog.getByLabel("Reason").inputValue(), "");
      deepEqual(sent, []);
    });
  }));

test("a day after the year 9999 can't be entered, and is refused with a reason", async () => {
  const [operator, ann] = [await theOperator(), await signUp(world)];
  await asPerson(operator, `/blocks?user_id=${ann.id}`, async (page) => {
    const dialog = await opensChange(page, {
      ...{ action: "Block", person: operator },
      fields: { "Value": ann.id, "Reason": "a test" },
    });
    const day = dialog.getByLabel("Last day, UTC (optional)");
    await write(day, "12312");
    await page.keyboard.type("9998");
    equal((await day.inputValue()).length, "2037-12-31".length);
    await day.evaluate((field) => {
      const input = field as unknown as { removeAttribute(name: string): void; value: string };
      input.removeAttribute("max");
      input.value = "12345-01-01";
    });
    await press(dialog.getByRole("button", { name: "Block", exact: true }));
    await dialog.getByText("The day must be between 0001-01-01 and 9999-12-31.").waitFor();
  });
});

testsEnd();
