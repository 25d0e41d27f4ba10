/** An operator refunds a part of a booking, after a preview by the service. */
import { deepEqual, equal } from "node:assert/strict";
import { book, newSeller, pay, readBooking } from "../support/money/bookings.ts";
import { proven, withDeliveries } from "../support/project/database.ts";
import { signUp } from "../support/project/people.ts";
import { until } from "../support/project/until.ts";
import { press } from "./by-keyboard.ts";
import { confirms, factOf, opensChange, rowsOf } from "./operate.ts";
import { asOperator, dollarsAs, theOperator } from "./operators.ts";
import { test, testsEnd, world } from "./opened.ts";

test("an operator refunds a part of a booking, and the field of an invalid amount says so", async () => {
  const [buyer, seller] = [await signUp(world), await newSeller(world)];
  const booking = await book(world, buyer, seller);
  await pay(world, buyer, booking);
  await asOperator(`/customers/${buyer.id}`, async (page) => {
    await withDeliveries(world, "shared", async () => {
      const dialog = await opensChange(page, {
        action: "Refund",
        within: page.getByRole("table", { name: "Bookings" }),
        person: await theOperator(),
        fields: { "Amount in USD (optional)": "10.005", "Reason": "The hour began late." },
      });
      equal(await factOf(dialog, "Paid"), "$25.00");
      const amount = dialog.getByLabel("Amount in USD (optional)");
      await press(dialog.getByRole("button", { name: "Preview" }));
      equal(
        await amount.evaluate((field) =>
          (field as unknown as { validity: { patternMismatch: boolean } }).validity.patternMismatch
        ),
        true,
      );
      await amount.fill("10.5");
      await press(dialog.getByRole("button", { name: "Preview" }));
      const plan = dialog.getByRole("status");
      equal(await factOf(plan, "Money that goes back"), "$10.50");
      equal(await factOf(plan, "Credits clawed back"), "0");
      equal(await factOf(plan, "Left to refund"), "$14.50");
      await confirms(dialog, "Refund", /\$10\.50 (went back|is requested)/);
      await until("the refund is applied", async () => {
        const { amount_refunded } = await readBooking(world, buyer, booking.booking_id);
        return amount_refunded === 1_050 || undefined;
      });
    });
    await page.reload();
    const [shown] = await rowsOf(page, "Bookings");
    const { application_fee_amount } = await readBooking(world, buyer, booking.booking_id);
    deepEqual(shown!.slice(2, 5), ["$25.00", dollarsAs(application_fee_amount), "$10.50"]);
  });
  await proven(world);
});

testsEnd();
