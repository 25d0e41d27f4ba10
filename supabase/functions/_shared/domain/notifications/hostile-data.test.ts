import assert from "node:assert/strict";
import { EMAIL_SAMPLES } from "#support/samples/emails.ts";
import { renderNotification } from "./render-notification.ts";

const PLAIN = { locale: "en", shop: {} };

const HOSTILE = {
  markup: `</td><script>alert(1)</script><img src=x onerror="x">'&amp;`,
  header: "Receipt\r\nBcc: victim@example.com\r\n\r\nbody",
  turned: "\u202egnp.exe\u2066 \u05d0\u05d1\u05d2 \u200f",
  null: "a\u0000b\u0007\u009b",
  long: "😀".repeat(10_000),
};

/** Returns the number of table cells in the HTML of an alert with this summary. */
function cellsOf(summary: string): number | undefined {
  const { html } = renderNotification("alert", { ...EMAIL_SAMPLES.alert!.data, summary }, PLAIN);
  return html.match(/<t[dh]/g)?.length;
}

for (const [name, text] of Object.entries(HOSTILE)) {
  Deno.test(`hostile data become one line of plain text: ${name}`, () => {
    // Alerts have the longest free text, and their summary is part of the subject.
    const { data } = EMAIL_SAMPLES.alert!;
    const summary = text.slice(0, 1_000);
    const { subject, text: body, html } = renderNotification(
      "alert",
      { ...data, summary },
      PLAIN,
    );
    // deno-lint-ignore no-control-regex
    assert.doesNotMatch(subject, /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
    assert([...subject].length <= 150, subject);
    // deno-lint-ignore no-control-regex
    assert.doesNotMatch(body + html, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e\u2066\u200f]/);
    assert.doesNotMatch(body, /^Bcc/m);
    assert.doesNotMatch(html, /<script|<img|\sonerror="x"/);
    assert.equal(html.match(/<t[dh]/g)?.length, cellsOf("12 events wait."));
    // The email's facts, which are in tables, are escaped too.
    const { data: disputed } = EMAIL_SAMPLES.dispute!;
    const reason = [...text].slice(0, 100).join("");
    const facts = renderNotification("dispute", { ...disputed, reason }, PLAIN);
    const all = facts.text + facts.html;
    // deno-lint-ignore no-control-regex
    assert.doesNotMatch(all, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e\u2066\u200f]/);
    assert.doesNotMatch(all, /^Bcc/m);
    assert.doesNotMatch(facts.html, /<script|<img|\sonerror="x"/);
  });
}

Deno.test("only a web URL becomes a link", () => {
  const { data } = EMAIL_SAMPLES.alert!;
  for (
    const runbook of ["javascript:alert(1)", "data:text/html,x", "docs/x.md", "//evil.example"]
  ) {
    assert.doesNotMatch(renderNotification("alert", { ...data, runbook }, PLAIN).html, /<a /);
  }
  const { html } = renderNotification("alert", {
    ...data,
    runbook: `https://x.example/"onclick="y`,
  }, PLAIN);
  assert.match(html, /href="https:\/\/x\.example\/&quot;onclick=&quot;y"/);
});
