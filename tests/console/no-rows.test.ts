/**
 * An operator opens lists without rows, an order that does not exist, a customer who can't be read, and
 * a customer's job.
 */
import { equal } from "node:assert/strict";
import { post } from "../support/project/http.ts";
import { signUp, signUpOperator, signUpWith } from "../support/project/people.ts";
import { holdsEnd } from "../support/work/jobs.ts";
import { press } from "./by-keyboard.ts";
import { asPerson, factBecomes, factOf, goTo } from "./operate.ts";
import { test, testsEnd, world } from "./opened.ts";

test("an empty list says whether a filter is the reason, and an unknown order has no lists", async () => {
  const [operator, { id: nobody }] = [await signUpOperator(world), await signUp(world)];
  await asPerson(operator, `/refunds?user_id=${nobody}`, async (page) => {
    for (
      const [path, heading] of [
        [`/refunds?user_id=${nobody}`, "Refunds"],
        [`/grants?user_id=${nobody}`, "Grants"],
        [`/disputes?user_id=${nobody}`, "Disputes"],
        [`/fraud-decisions?user_id=${nobody}`, "Fraud decisions"],
      ] as const
    ) {
      await goTo(page, path, heading);
      await page.getByText("Nothing matches these filters.").waitFor();
    }
    await goTo(page, `/orders/${nobody}`, "Order");
    await page.getByText("There is no such order.").waitFor();
    equal(await page.getByText(/^No (refunds|disputes)/).count(), 0);
  });
});

test("an operator sees a job's state and error, and finds its customer", async () => {
  const [operator, buyer] = [await signUpOperator(world), await signUpWith(world, "1000")];
  const { text } = await post(world, "ai/research", buyer.as, { query: "The farthing. [plan:1]" });
  const { job_id } = (JSON.parse(text) as { data: { job_id: string } }).data;
  await holdsEnd(world, buyer.id);
  await asPerson(operator, `/jobs/${job_id}`, async (page) => {
    await factBecomes(page, "Last error", "none");
    equal(await factOf(page, "Type"), "research");
    await press(page.getByRole("link", { name: "Find the customer" }));
    await page.getByRole("link", { name: buyer.email }).waitFor();
  });
});

test("a customer who can't be read is unknown, and not without credits", async () => {
  const [operator, person] = [await signUpOperator(world), await signUp(world)];
  await asPerson(operator, "/customers", async (page) => {
    await page.route(`**/functions/v1/customers/${person.id}`, (route) => route.abort());
    await goTo(page, `/customers/${person.id}`, "Customer");
    await page.getByText("The customer: unknown").waitFor();
    equal(await page.locator("dd").count(), 0);
    await page.unroute(`**/functions/v1/customers/${person.id}`);
    await press(page.getByRole("button", { name: "Try again" }));
    await factBecomes(page, "Balance", "0");
  });
});

testsEnd();
