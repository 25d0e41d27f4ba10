import { equal, match, throws } from "node:assert/strict";
import { RULES } from "../../supabase/functions/_shared/limits/rate-limit-rules.ts";
import { ROOT } from "../command/root.ts";
import { ASSUMED, monthOf, usersAt } from "./month.ts";
import { PAGE, written } from "./page.ts";

/** Removes the padding that the formatter adds to columns. */
const plain = (text: string) => text.replace(/ +/g, " ").replace(/-{3,}/g, "---");

Deno.test("the page about costs has the tables as they are computed", async () => {
  const page = await Deno.readTextFile(`${ROOT}${PAGE}`);
  equal(plain(page), plain(written(page)), "run deno task costs");
  throws(() => written(page.replace("<!-- costs -->", "")), /lacks the marks of costs/);
});

Deno.test("a month of 1,000 daily users is what a person computes by hand", () => {
  const month = monthOf(1_000);
  // The plan costs 25. The Small server costs 15, of which the plan's compute credits pay 10. The
  // disk is free, because 8 GB are included and the charges need 3.24 GB: 1,000 users × 3 charges ×
  // 360 days × 3,000 bytes.
  equal(month.supabase.toFixed(2), "30.00");
  // 1,000 users × 20 requests × 30 days × 18 Redis commands are 10.8 million commands.
  equal(month.quantities.commands.toFixed(), "10800000");
  equal(month.redisByCommand.toFixed(2), "21.60");
  equal(month.quantities.emails.toFixed(), "900");
  equal(month.postmark.toFixed(2), "15.00");
  equal(month.resend.toFixed(2), "0.00");
  equal(month.services.toFixed(2), "55.00");
  // 200 purchases of 9.99. Stripe's fee is 0.59 for each: 2.9 % and 30 cents.
  equal(month.sales.toFixed(2), "1998.00");
  equal(month.stripe.toFixed(2), "118.00");
  equal(usersAt("20").toFixed(), "925");
});

Deno.test("a month above the quotas pays for what is above them", () => {
  const month = monthOf(10_000);
  equal(month.quantities.calls.toFixed(), "6103040");
  // The plan costs 25. The Medium server costs 60, of which the plan's compute credits pay 10. The
  // plan includes 2 million of the 6.1 million calls. More calls are sold by the million, so the
  // other 4.1 million count as 5 million and cost 10. The disk has 32.4 GB; 8 GB are included, and
  // the other 24.4 GB cost 3.05.
  equal(month.supabase.toFixed(2), "88.05");
  equal(month.postmark.toFixed(2), "15.00");
  equal(month.resend.toFixed(2), "20.00");
});

Deno.test("a user's request runs four scripts in Redis, as the number of commands assumes", () => {
  const counted = RULES.get("default")!.filter(({ countedBy }) => countedBy !== "strangers");
  equal(counted.length, 4);
  // Upstash bills 4 commands for each of the 4 Redis scripts. Each script counts the requests in a
  // window of time. For the first request in a window, Upstash bills one more command. The
  // assumption is that a request is the first one in two windows: the user's and the IP address's.
  equal(4 * 4 + 2, ASSUMED.commands);
});

Deno.test("every price has a date and an https source", async () => {
  const { PRICES } = await import("./prices.ts");
  for (const { source, asOf } of Object.values(PRICES)) {
    match(source, /^https:/);
    match(asOf, /\d{4}-\d{2}-\d{2}$/);
  }
});
