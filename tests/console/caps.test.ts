/** An operator limits what a customer may spend in a day. */
import { deepEqual, equal } from "node:assert/strict";
import { SpendCap } from "../../supabase/functions/_shared/contracts/spend-caps.ts";
import { audit } from "../browser/accessibility.ts";
import { proven } from "../support/project/database.ts";
import { backEnd, data, get, post } from "../support/project/http.ts";
import { type Person, signUpOperator, signUpWith } from "../support/project/people.ts";
import { untilDayHasAMinute } from "../support/project/utc-day.ts";
import { press } from "./by-keyboard.ts";
import { asPerson, changes, factBecomes, factOf, opensChange } from "./operate.ts";
import { test, testsEnd, world } from "./opened.ts";

const capsOf = async ({ as }: Person) =>
  data(await get(world, "credits/spend-cap", as), 200, SpendCap);

test("an operator imposes a daily cap after its preview, and removes it", async () => {
  await untilDayHasAMinute();
  const [operator, person] = [await signUpOperator(world), await signUpWith(world, "100")];
  const set = await post(world, "credits/spend-cap", person.as, { daily: "40" });
  equal(set.status, 200, set.text);
  const spent = { user_id: person.id, amount: "10", reason: "an image" };
  equal((await post(world, "credits/debits", backEnd(world), spent)).status, 201);
  await asPerson(operator, `/customers/${person.id}`, async (page) => {
    await factBecomes(page, "Applies", "40");
    const change = { action: "Set a daily cap", person: operator };
    const fields = { "Credits per day": "25", "Reason": "Spends too fast" };
    const dialog = await opensChange(page, { ...change, fields });
    equal(await factOf(dialog, "Imposed now"), "no cap");
    await press(dialog.getByRole("button", { name: "Preview" }));
    await dialog.getByText("Applies afterwards").waitFor();
    const facts = [
      "Imposed afterwards",
      "Set by the customer",
      "Applies afterwards",
      "Spent today",
    ];
    deepEqual(await Promise.all(facts.map((name) => factOf(dialog, name))), [
      ...["25", "40", "25", "10"],
    ]);
    deepEqual(await audit(page), []);
    equal((await capsOf(person)).imposed_daily, null, "a preview changes nothing");
    await press(dialog.getByRole("button", { name: "Set a daily cap", exact: true }));
    await dialog.getByText("The imposed cap is now: 25. The cap that applies is: 25.").waitFor();
    await press(dialog.getByRole("button", { name: "Close" }).last());
    await factBecomes(page, "Imposed by the app", "25");
    await changes(page, { ...change, fields: { Reason: "Solved" } }, /is now: no cap/);
    await factBecomes(page, "Applies", "40");
  });
  await asPerson(operator, `/customers/${operator.id}`, async (page) => {
    await factBecomes(page, "Balance", "0");
    equal(await page.getByRole("button", { name: "Set a daily cap" }).count(), 0);
  });
  await proven(world);
});

testsEnd();
