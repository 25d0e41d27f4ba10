import assert from "node:assert/strict";
import { RECEIPT } from "#support/samples/notifications.ts";
import { money } from "./format.ts";
import { NOTIFICATION_DATA } from "../../contracts/notifications.ts";
import { InvalidNotification, renderNotification } from "./templates.ts";

const ID = "9d3fa1b8-4ea1-49a5-9be2-2f8f6a4f4c01";
const AT = "2026-11-21T12:00:00.123456+00:00";

/** One notification of each template, with data as SQL writes them, and the expected text. */
const SAMPLES: Record<string, { data: Record<string, unknown>; subject: string; text: string }> = {
  receipt: {
    data: { ...RECEIPT, bonus_credits: "10.000000000000000001" },
    subject: "Receipt: USD 9.99",
    text: `Thank you. Your payment has arrived, and your credits are ready to be used.

Bought: Starter
Paid: USD 9.99
Credits: 9990
Bonus credits: 10.000000000000000001
Date: 21 November 2026 at 12:00 UTC
Order: ${ID}
`,
  },
  refund: {
    data: {
      refund_id: ID,
      order_id: null,
      booking_id: ID,
      amount: 500,
      currency: "jpy",
      credits_taken_back: "0",
    },
    subject: "Refund: JPY 500",
    text:
      `We have refunded your payment, or a part of it. Your bank may take some days to show the refund.

Refunded: JPY 500
Booking: ${ID}
Refund: ${ID}
`,
  },
  low_balance: {
    data: { available: "-0.5", threshold: "500" },
    subject: "Your credits are running low",
    text: `You have fewer credits left than your notification limit.

Credits left: -0.5
Limit: 500
`,
  },
  credits_expiring: {
    data: { credits: "7", expires_at: AT, days: 7 },
    subject: "Some of your credits expire soon",
    text: `Use these credits before they expire: afterwards they are gone.

Credits: 7
Expire: 21 November 2026 at 12:00 UTC
`,
  },
  anchor: {
    data: {
      head_nr: 7,
      hash: "ab".repeat(32),
      accounts: 3,
      entries: 41,
      balance: "9990.5",
      made_at: AT,
    },
    subject: "Ledger head 7",
    text:
      `Keep this email. The ledger must lead to this hash: docs/runbooks/anchor.md says how to compare.

Head: 7
Hash: ${"ab".repeat(32)}
Entries: 41
Accounts: 3
Credits: 9990.5
Made: 21 November 2026 at 12:00 UTC
`,
  },
  top_up_failed: {
    data: {
      order_id: ID,
      amount: 500,
      currency: "usd",
      failure_code: "insufficient_funds",
      paused: true,
      next_attempt_at: null,
    },
    subject: "Your automatic top-up failed",
    text: `We could not charge your saved card, so no credits were added.

After several failures in a row, top-ups are paused. Save another card to go on.

Amount: USD 5.00
Reason: insufficient_funds
Order: ${ID}
`,
  },
  top_up_paused: {
    data: { reason: "card_gone" },
    subject: "Your automatic top-ups are paused",
    text: `We will not charge your card for now.

Your saved card was removed. Save another card to go on.
`,
  },
  top_up_capped: {
    data: { monthly_cap: 123456, currency: "kwd" },
    subject: "Your automatic top-ups have reached this month's limit",
    text: `Until next month we will not charge your card again, unless you raise the limit.

Monthly limit: KWD 123.456
`,
  },
  top_up_authentication: {
    data: {
      order_id: ID,
      amount: 5,
      currency: "usd",
      url: "https://pay.example/?a=1&b",
      expires_at: AT,
    },
    subject: "Your bank wants you to confirm a top-up",
    text: `Your bank requires you to confirm this charge. No credits were added yet.

Amount: USD 0.05
Until: 21 November 2026 at 12:00 UTC
Order: ${ID}

Confirm and pay: https://pay.example/?a=1&b
`,
  },
  dispute: {
    data: {
      dispute_id: "du_1",
      phase: "opened",
      order_id: ID,
      booking_id: null,
      amount: 999,
      currency: "usd",
      reason: "fraudulent",
      at: AT,
    },
    subject: "Dispute opened: USD 9.99",
    text: `A bank disputes a payment. Credits are clawed back with the money; answer in time.

Amount: USD 9.99
Reason: fraudulent
Since: 21 November 2026 at 12:00 UTC
Order: ${ID}
Dispute: du_1
`,
  },
  alert: {
    data: {
      incident_id: "7",
      rule: "webhook_backlog",
      severity: "critical",
      summary: "12 events wait.",
      value: "12",
      threshold: "10",
      runbook: "docs/runbooks/webhooks.md",
      fired_at: AT,
    },
    subject: "[critical] webhook_backlog: 12 events wait.",
    text: `12 events wait.

Rule: webhook_backlog
Severity: critical
Value: 12
Threshold: 10
Since: 21 November 2026 at 12:00 UTC
Incident: 7

Runbook: docs/runbooks/webhooks.md
`,
  },
};

for (const [template, { data, subject, text }] of Object.entries(SAMPLES)) {
  Deno.test(`${template} says the same as text and as HTML`, () => {
    const content = renderNotification(template, data);
    assert.deepEqual([content.subject, content.text], [subject, text]);
    const plain = content.html.replace(/<[^>]+>/g, " ").replaceAll("&amp;", "&")
      .replaceAll("&#39;", "'").replaceAll("&quot;", '"');
    for (const value of text.split("\n").map((line) => line.replace(/^[^:]{1,30}: /, ""))) {
      if (!value.startsWith("http") && !value.startsWith("docs/")) {
        assert(plain.includes(value), `${value} in ${plain}`);
      }
    }
    assert(content.html.startsWith("<!doctype html>"));
    assert.doesNotMatch(content.html, /<script|<style|undefined|\[object/);
  });
}

const HOSTILE = {
  markup: `</td><script>alert(1)</script><img src=x onerror="x">'&amp;`,
  header: "Receipt\r\nBcc: victim@example.com\r\n\r\nbody",
  turned: "\u202egnp.exe\u2066 \u05d0\u05d1\u05d2 \u200f",
  null: "a\u0000b\u0007\u009b",
  long: "😀".repeat(10_000),
};

for (const [name, text] of Object.entries(HOSTILE)) {
  Deno.test(`hostile data become one line of plain text: ${name}`, () => {
    // Alerts have the longest free text, and their summary is part of the subject.
    const { data } = SAMPLES.alert!;
    const summary = text.slice(0, 1_000);
    const { subject, text: body, html } = renderNotification("alert", { ...data, summary });
    // deno-lint-ignore no-control-regex
    assert.doesNotMatch(subject, /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
    assert([...subject].length <= 150, subject);
    // deno-lint-ignore no-control-regex
    assert.doesNotMatch(body + html, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e\u2066\u200f]/);
    assert.doesNotMatch(body, /^Bcc/m);
    assert.doesNotMatch(html, /<script|<img|\sonerror="x"/);
    assert.equal(html.match(/<td/g)?.length, 12);
    // The facts, which are in tables, are escaped too.
    const { data: disputed } = SAMPLES.dispute!;
    const reason = [...text].slice(0, 100).join("");
    const facts = renderNotification("dispute", { ...disputed, reason });
    const all = facts.text + facts.html;
    // deno-lint-ignore no-control-regex
    assert.doesNotMatch(all, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e\u2066\u200f]/);
    assert.doesNotMatch(all, /^Bcc/m);
    assert.doesNotMatch(facts.html, /<script|<img|\sonerror="x"/);
  });
}

Deno.test("only a web URL becomes a link", () => {
  const { data } = SAMPLES.alert!;
  for (
    const runbook of ["javascript:alert(1)", "data:text/html,x", "docs/x.md", "//evil.example"]
  ) {
    assert.doesNotMatch(renderNotification("alert", { ...data, runbook }).html, /<a /);
  }
  const { html } = renderNotification("alert", {
    ...data,
    runbook: `https://x.example/"onclick="y`,
  });
  assert.match(html, /href="https:\/\/x\.example\/&quot;onclick=&quot;y"/);
});

Deno.test("data that do not fit their template are refused by field, and no error has the value", () => {
  const bad = (template: string, data: unknown, named: string) =>
    assert.throws(() => renderNotification(template, data), (error) => {
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
    { ...SAMPLES.top_up_authentication!.data, url: "javascript:1" },
    "url",
  );
  bad("low_balance", null, "low_balance");
});

Deno.test("money is formatted exactly, with the decimals of its currency", () => {
  assert.deepEqual([
    money(9_007_199_254_740_991, "usd"),
    money(1, "eur"),
    money(0, "jpy"),
    money(1_700, "isk"),
    money(5, "kwd"),
  ], ["USD 90,071,992,547,409.91", "EUR 0.01", "JPY 0", "ISK 17.00", "KWD 0.005"]);
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
