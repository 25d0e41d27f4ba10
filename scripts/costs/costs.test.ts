import { equal, match, throws } from "node:assert/strict";
import { RULES } from "../../supabase/functions/_shared/limits/rules.ts";
import { ROOT } from "../command/root.ts";
import { ASSUMED, monthOf, usersAt } from "./month.ts";
import { PAGE, written } from "./page.ts";

/** Removes what the formatter adds: the columns' padding. */
const plain = (text: string) => text.replace(/ +/g, " ").replace(/-{3,}/g, "---");

Deno.test("the page about costs has the tables as they are computed", async () => {
  const page = await Deno.readTextFile(`${ROOT}${PAGE}`);
  equal(plain(page), plain(written(page)), "run deno task costs");
  throws(() => written(page.replace("<!-- costs -->", "")), /lacks the marks of costs/);
});

Deno.test("a month of 1,000 daily users is what a person computes by hand", () => {
  const month = monthOf(1_000);
  // 25 and Small less its credits: 15 - 10; 3 charges on 360 days of 3,000 bytes are 3.24 GB.
  equal(month.supabase.toFixed(2), "30.00");
  // 1,000 × 20 × 30 requests of 18 commands are 10.8 million.
  equal(month.quantities.commands.toFixed(), "10800000");
  equal(month.redisByCommand.toFixed(2), "21.60");
  equal(month.quantities.emails.toFixed(), "900");
  equal(month.postmark.toFixed(2), "15.00");
  equal(month.resend.toFixed(2), "0.00");
  equal(month.services.toFixed(2), "55.00");
  // 200 purchases of 9.99; 2.9 % and 30 cents are 0.59 each.
  equal(month.sales.toFixed(2), "1998.00");
  equal(month.stripe.toFixed(2), "118.00");
  equal(usersAt("20").toFixed(), "925");
});

Deno.test("a month above the quotas pays for what is above them", () => {
  const month = monthOf(10_000);
  equal(month.quantities.calls.toFixed(), "6103040");
  // 25; Medium less credits, 50; five begun millions, 10; 32.4 GB of disk, 24.4 of them paid.
  equal(month.supabase.toFixed(2), "88.05");
  equal(month.postmark.toFixed(2), "15.00");
  equal(month.resend.toFixed(2), "20.00");
});

Deno.test("a user's request runs four scripts in Redis, as the number of commands assumes", () => {
  const counted = RULES.get("default")!.filter(({ countedBy }) => countedBy !== "strangers");
  equal(counted.length, 4);
  // A script is 4 commands, and 5 for the first request in a window: here for user and address.
  equal(4 * 4 + 2, ASSUMED.commands);
});

Deno.test("every price has a date and an https source", async () => {
  const { PRICES } = await import("./prices.ts");
  for (const { source, asOf } of Object.values(PRICES)) {
    match(source, /^https:/);
    match(asOf, /\d{4}-\d{2}-\d{2}$/);
  }
});
