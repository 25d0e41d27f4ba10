/**
 * The console does not read a customer again when the window gets the focus, because each read of a
 * customer is recorded.
 */
import { deepEqual } from "node:assert/strict";
import { buy } from "../support/money/purchases.ts";
import { signUp, signUpOperator } from "../support/project/people.ts";
import { asPerson, goTo, rowsOf } from "./operate.ts";
import { test, testsEnd, world } from "./opened.ts";

test("a window that gets the focus reads no customer again, but reads the alerts again", async () => {
  const [operator, buyer] = [await signUpOperator(world), await signUp(world)];
  const order = await buy(world, buyer);
  await asPerson(operator, `/customers/${buyer.id}`, async (page) => {
    const asked: string[] = [];
    page.on("request", (request) => {
      const { pathname, search } = new URL(request.url());
      if (request.method() === "GET") asked.push(pathname.replace(/.*\/v1/, "") + search);
    });
    const focus = () => page.evaluate(() => void dispatchEvent(new Event("visibilitychange")));
    await rowsOf(page, "Changes of the balance");
    await goTo(page, `/customers/${buyer.id}/entries`, "All changes of the balance");
    await rowsOf(page, "All changes of the balance");
    await goTo(page, `/orders/${order.order_id}`, "Order");
    await page.getByRole("link", { name: buyer.email }).waitFor();
    await page.getByText("No refunds.").waitFor();
    await focus();
    await goTo(page, `/customers/${buyer.id}`, "Customer");
    await rowsOf(page, "Changes of the balance");
    await focus();
    await goTo(page, "/alerts", "Alerts");
    await page.getByRole("table").or(page.getByText(/^No rule has ever fired/)).first().waitFor();
    const again = page.waitForRequest("**/functions/v1/alerts");
    await focus();
    await again;
    const ofPeople = asked.filter((path) =>
      path.includes(buyer.id) || path.includes(order.order_id)
    );
    deepEqual(ofPeople.toSorted(), [
      `/checkout/orders/${order.order_id}`,
      `/credits/entries?user_id=${buyer.id}`,
      `/customers/${buyer.id}`,
      `/customers/${buyer.id}`,
      `/customers?q=${order.order_id}`,
      `/disputes?order_id=${order.order_id}`,
      `/refunds?order_id=${order.order_id}`,
    ]);
  });
});

testsEnd();
