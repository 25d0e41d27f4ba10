import assert from "node:assert/strict";
import { EMAIL_SAMPLES } from "#support/samples/emails.ts";
import { RECEIPT } from "#support/samples/notifications.ts";
import type { ShopFace } from "../../contracts/database/results/notifications.ts";
import { accentOf } from "./accent-and-footer.ts";
import { renderNotification } from "./render-notification.ts";

const SHOP: ShopFace = {
  name: "Kékfény & <Studio>",
  logo_url: "https://shop.example.com/logo.png",
  address: "Kékfény Kft., Váci utca 12, Budapest",
  support_email: "help@shop.example.com",
  support_url: "https://shop.example.com/help?a=1&b=2",
  url: "https://shop.example.com/",
  accent_color: "#0f766e",
};

function receiptOf(shop: ShopFace) {
  return renderNotification("receipt", RECEIPT, { locale: "de", shop });
}

Deno.test("an email shows the shop's name, logo, address, support and link back", () => {
  const { text, html } = receiptOf(SHOP);
  assert(text.endsWith(`
-- 
Kékfény & <Studio>
Kékfény Kft., Váci utca 12, Budapest
Fragen? help@shop.example.com · https://shop.example.com/help?a=1&b=2
https://shop.example.com/
`));
  for (
    const part of [
      `src="https://shop.example.com/logo.png" alt="Kékfény &amp; &lt;Studio&gt;"`,
      `<strong>Kékfény &amp; &lt;Studio&gt;</strong>`,
      `<div>Kékfény Kft., Váci utca 12, Budapest</div>`,
      `href="mailto:help@shop.example.com"`,
      `href="https://shop.example.com/help?a=1&amp;b=2"`,
      `href="https://shop.example.com/"`,
      `border-top:4px solid #0f766e`,
    ]
  ) assert(html.includes(part), `${part} in ${html}`);
  assert.doesNotMatch(html, /<Studio>/);
});

Deno.test("an email of a shop without settings has no empty part", () => {
  const { text, html } = receiptOf({});
  assert.doesNotMatch(html + text, /undefined|null|<img|href=|Fragen|-- |\[object/);
  assert.doesNotMatch(text, /\n\n\n|^\s|\n\n$/);
  assert.doesNotMatch(html, /<(p|div|td|th|strong|table)[^>]*>\s*<\/\1>/);
});

for (const field of Object.keys(SHOP) as (keyof ShopFace)[]) {
  Deno.test(`an email of a shop with only its ${field} has no empty part`, () => {
    const { text, html } = receiptOf({ [field]: SHOP[field] });
    assert.doesNotMatch(html + text, /undefined|null|\[object/);
    assert.doesNotMatch(text, /\n\n\n|Fragen\?\s*\n/);
    assert.doesNotMatch(html, /<(p|div|td|th|strong|table|a)[^>]*>\s*<\/\1>/);
  });
}

Deno.test("operators read English, and are not sent to their own support", () => {
  const { data } = EMAIL_SAMPLES.alert!;
  const { text, html } = renderNotification("alert", data, { locale: "de", shop: SHOP });
  assert.match(text, /^Rule: webhook_backlog$/m);
  assert.match(text, /-- \nKékfény & <Studio>\nhttps:\/\/shop\.example\.com\/\n$/);
  assert.match(html, /<html lang="en"/);
  assert.doesNotMatch(text + html, /help@|Questions|Fragen|Budapest/);
});

Deno.test("settings cannot leave their place in the HTML", () => {
  const evil = `"><script>alert(1)</script><a href='x`;
  const shop = Object.fromEntries(Object.keys(SHOP).map((field) => [field, `https://x/${evil}`]));
  const { html } = receiptOf({ ...shop, accent_color: `#fff;}</style>${evil}` });
  assert.doesNotMatch(html, /<script|href='x/);
  for (const url of ["javascript:alert(1)", "data:text/html,x", "//evil.example", "ftp://x"]) {
    const { html } = receiptOf({ url, support_url: url, logo_url: url });
    assert.doesNotMatch(html, /<a |<img/, url);
  }
});

Deno.test("the text of a button is readable on every accent colour", () => {
  for (const accent_color of ["#000000", "#ffffff", "#ffeb3b", "#0f766e", "#FF0000", "#808080"]) {
    assert.equal(accentOf({ accent_color }).fill, accent_color);
  }
  const text = (accent_color: string) => accentOf({ accent_color }).text;
  assert.deepEqual(["#000000", "#ffffff", "#ffeb3b", "#0f766e"].map(text), [
    "#ffffff",
    "#000000",
    "#000000",
    "#ffffff",
  ]);
  assert.equal(accentOf({ accent_color: "red;}" }).fill, accentOf({}).fill);
});
