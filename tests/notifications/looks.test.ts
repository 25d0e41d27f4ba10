/** Emails have the look that the shop's settings define, and the buyer's language. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { SettingsChanged } from "../../supabase/functions/_shared/contracts/settings/changes.ts";
import { PolicySettings } from "../../supabase/functions/_shared/contracts/settings/policy.ts";
import { proven, withPolicy, withSql } from "../support/project/database.ts";
import { type Answer, backEnd, data, get, post, refused } from "../support/project/http.ts";
import { signUp, signUpOperator } from "../support/project/people.ts";
import { buy } from "../support/money/purchases.ts";
import { emailArrives } from "../support/work/notifications.ts";
import { until } from "../support/project/until.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();

const readPolicy = async () =>
  data(await get(world, "settings/policy", backEnd(world)), 200, PolicySettings);

/**
 * Changes the policy. Repeats the change after a 409: another test may have changed the policy after the
 * read.
 */
function change(changes: Record<string, unknown>, more: object = {}): Promise<Answer> {
  return until("the policy is changed or refused", async () => {
    const { version } = await readPolicy();
    const body = { changes, version, reason: "a test", ...more };
    const answer = await post(world, "settings/policy", backEnd(world), body);
    return answer.status === 409 ? undefined : answer;
  });
}

const FACE = {
  shop_name: "Kékfény & Söhne",
  shop_logo_url: "https://shop.example.com/logo.png",
  shop_address: "Kékfény Kft., Váci utca 12, Budapest",
  shop_support_email: "help@shop.example.com",
  shop_support_url: "https://shop.example.com/help",
  shop_url: "https://shop.example.com",
  shop_accent_color: "#0f766e",
};

const NONE = Object.fromEntries(Object.keys(FACE).map((name) => [name, null]));

Deno.test("a receipt has the shop's look and the buyer's language", () =>
  withPolicy(world, "exclusive", async () => {
    const shown = data(
      await change(FACE, { dry_run: true, reason: undefined }),
      200,
      SettingsChanged,
    );
    equal(shown.changes[0]?.fields.length, 7);
    data(await change(FACE), 200, SettingsChanged);
    try {
      const buyer = await signUp(world);
      const { error } = await buyer.supabase.auth.updateUser({ data: { locale: "de_AT" } });
      equal(error, null);
      await buy(world, buyer, "Starter");
      const { subject, text, html } = await emailArrives(world, buyer.email, "receipt");
      equal(subject, "Beleg: USD 9,99");
      match(text, /^Bezahlt: USD 9,99\nCredits: 9\D990\nDatum: \d+\. \S+ \d{4} um \d\d:\d\d UTC$/m);
      ok(
        text.endsWith(`
-- 
Kékfény & Söhne
Kékfény Kft., Váci utca 12, Budapest
Fragen? help@shop.example.com · https://shop.example.com/help
https://shop.example.com
`),
        text,
      );
      for (const part of [`lang="de-AT"`, `alt="Kékfény &amp; Söhne"`, "#0f766e"]) {
        ok(html.includes(part), part);
      }
    } finally {
      data(await change(NONE), 200, SettingsChanged);
    }
    const { settings } = await readPolicy();
    const values = settings.filter(({ name }) => name in FACE).map(({ value }) => value);
    deepEqual(values, Array(7).fill(null));
    await proven(world);
  }));

Deno.test("a repeat of a receipt has the language of the first attempt", async () => {
  const buyer = await signUp(world);
  await buy(world, buyer, "Starter");
  const { subject } = await emailArrives(world, buyer.email, "receipt");
  equal(subject, "Receipt: USD 9.99");
  // The email can arrive before the runner has stored that it was sent, so the test waits until the
  // notification's row says so.
  const stored = await withSql(world, (sql) =>
    until("the receipt is sent", async () => {
      const [row] = await sql`
        select n.locale, n.shop from farthing.notifications n join farthing.accounts a using (account_id)
        where a.owner_id = ${buyer.id} and n.template = 'receipt' and n.state = 'sent'`;
      return row;
    }));
  deepEqual({ ...stored }, { locale: "en", shop: null });
});

Deno.test("a back end chooses the language of a notification to an address", async () => {
  const email = `test-${crypto.randomUUID()}@example.com`;
  const data = { available: "1234.5", threshold: "2000" };
  const body = { template: "low_balance", to: { email }, data };
  const shared = { "x-webhook-secret": world.notificationSecret };
  const answer = await post(world, "send-notification", shared, { ...body, locale: "de" });
  equal(answer.status, 200, answer.text);
  const { subject, text } = await emailArrives(world, email, "low_balance");
  equal(subject, "Ihr Guthaben geht zur Neige");
  match(text, /^Verbleibende Credits: 1\.234,5\nGrenze: 2\.000$/m);
  for (const locale of ["hu", "DE", "", 5, null]) {
    const bad = await post(world, "send-notification", shared, { ...body, locale });
    refused(bad, 400, "invalid_request", "locale");
  }
});

const BAD: [string, unknown][] = [
  ["shop_name", ""],
  ["shop_name", "x".repeat(81)],
  ["shop_name", "a\u0000b"],
  ["shop_address", "x".repeat(301)],
  ["shop_address", "one line\nand another"],
  ["shop_logo_url", "http://shop.example.com/logo.png"],
  ["shop_logo_url", "javascript:alert(1)"],
  ["shop_url", `https://shop.example.com/"><script>`],
  ["shop_url", "https://shop.example.com/a b"],
  ["shop_url", 5],
  ["shop_support_email", "help"],
  ["shop_support_email", "a@b.c\r\nBcc: x@y.z"],
  ["shop_support_url", `https://${"x".repeat(500)}.example`],
  ["shop_locale", "hu"],
  ["shop_locale", "de_AT"],
  ["shop_locale", ""],
  ["shop_accent_color", "red"],
  ["shop_accent_color", "#fff"],
  ["shop_accent_color", "#0f766e;}"],
];

Deno.test("a setting of the shop that no email could show is refused, naming it", async () => {
  for (const [name, value] of BAD) {
    for (const dry_run of [true, false]) {
      const answer = await change({ [name]: value }, { dry_run });
      refused(answer, 400, "invalid_request", `changes.${name}`);
    }
  }
});

Deno.test("only operators and secret keys change the shop's look", async () => {
  const { version } = await readPolicy();
  const body = { changes: { shop_name: "Mine" }, version, reason: "mine" };
  refused(await post(world, "settings/policy", (await signUp(world)).as, body), 403, "forbidden");
  const operator = await signUpOperator(world);
  const dry = { ...body, dry_run: true };
  ok([200, 409].includes((await post(world, "settings/policy", operator.as, dry)).status));
});
