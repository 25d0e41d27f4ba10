import assert from "node:assert/strict";
import { EMAIL_SAMPLES } from "#support/samples/emails.ts";
import { RECEIPT } from "#support/samples/notifications.ts";
import { NOTIFICATION_DATA } from "../../contracts/notifications.ts";
import { InvalidNotification, renderNotification } from "./render-notification.ts";

const PLAIN = { locale: "en", shop: {} };

for (const [template, { data, subject, text }] of Object.entries(EMAIL_SAMPLES)) {
  Deno.test(`${template} says the same as text and as HTML`, () => {
    const content = renderNotification(template, data, PLAIN);
    assert.deepEqual([content.subject, content.text], [subject, text]);
    const plain = content.html.replace(/<[^>]+>/g, " ").replaceAll("&amp;", "&")
      .replaceAll("&#39;", "'").replaceAll("&quot;", '"').replace(/\s+/g, " ");
    const said = text.replace(/\n(?=\S[^:]*$)/gm, " ").split("\n")
      .map((line) => line.replace(/^[^:]{1,30}: /, ""));
    for (const value of said) {
      if (!value.startsWith("http") && !value.startsWith("docs/")) {
        assert(plain.includes(value), `${value} in ${plain}`);
      }
    }
    assert(content.html.startsWith("<!doctype html>"));
    assert.doesNotMatch(content.html + text, /<script|undefined|\[object|null/);
    for (const line of text.split("\n")) assert(line.length <= 78, line);
  });
}

Deno.test("data that do not fit their template are refused by field, and no error has the value", () => {
  const bad = (template: string, data: unknown, named: string) =>
    assert.throws(() => renderNotification(template, data, PLAIN), (error) => {
      assert(error instanceof InvalidNotification);
      assert(error.message.includes(named) && !error.message.includes("secret"), error.message);
      return true;
    });
  bad("constructor", {}, "constructor");
  bad("receipt", { ...RECEIPT, amount: "secret" }, "amount");
  bad("receipt", { ...RECEIPT, amount: -1 }, "amount");
  bad("receipt", { ...RECEIPT, amount: 2 ** 53 }, "amount");
  bad("receipt", { ...RECEIPT, credits: "1e3" }, "credits");
  bad("receipt", { ...RECEIPT, package_name: "x".repeat(10_000) }, "package_name");
  bad(
    "top_up_authentication",
    { ...EMAIL_SAMPLES.top_up_authentication!.data, url: "javascript:1" },
    "url",
  );
  bad("low_balance", null, "low_balance");
});

Deno.test("a back end can send neither operators' templates nor links", () => {
  assert.deepEqual(Object.keys(NOTIFICATION_DATA).sort(), [
    "credits_expiring",
    "low_balance",
    "receipt",
    "refund",
    "top_up_failed",
  ]);
});
