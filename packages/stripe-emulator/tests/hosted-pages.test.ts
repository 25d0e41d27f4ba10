import { equal, match, ok } from "node:assert/strict";
import { payCheckout } from "../browser.ts";
import { startTestEmulator } from "../testing/test-emulator.ts";
import { openSession } from "./harness.ts";

const read = async (url: string) => {
  const answer = await fetch(url);
  return { status: answer.status, html: await answer.text() };
};

Deno.test("the page shows product, quantity, amount, a back link, and a label for each field", async () => {
  await using emulator = await startTestEmulator();
  const session = await openSession(emulator.stripe, {
    customer_email: "known@example.com",
    line_items: [{
      quantity: 2,
      price_data: { currency: "eur", unit_amount: 1_250, product_data: { name: "Plus" } },
    }],
  });
  const { status, html } = await read(session.url ?? "");
  equal(status, 200);
  match(html, /Plus × 2/);
  match(html, /Pay €25\.00/);
  match(html, /href="http:\/\/localhost:3000\/back"/);
  match(html, /value="known@example.com"/);
  for (const id of ["email", "name", "number", "exp", "cvc"]) {
    ok(html.includes(`<label for="${id}">`) && html.includes(`id="${id}"`), id);
  }
  ok(!html.includes("<script"));
});

Deno.test("the page escapes the texts of shops and buyers", async () => {
  await using emulator = await startTestEmulator();
  const name = `<img src=x onerror="alert(1)">`;
  const session = await openSession(emulator.stripe, {
    line_items: [{
      quantity: 1,
      price_data: { currency: "usd", unit_amount: 999, product_data: { name } },
    }],
  });
  ok(!(await read(session.url ?? "")).html.includes("<img"));
  const answer = await fetch(session.url ?? "", {
    method: "POST",
    body: new URLSearchParams({ email: `"><script>x</script>`, name: "<b>" }),
  });
  const html = await answer.text();
  equal(answer.status, 402);
  ok(!html.includes("<script") && !html.includes("<b>"));
});

Deno.test("pages of missing objects answer 404", async () => {
  await using emulator = await startTestEmulator();
  equal((await read(`${emulator.url}/c/pay/cs_test_none`)).status, 404);
  equal((await read(`${emulator.url}/receipts/ch_none`)).status, 404);
  equal((await read(`${emulator.url}/authenticate/pi_none`)).status, 409);
  equal((await read(emulator.url)).status, 200);
});

Deno.test("the emulator's own page lists the open checkouts and the test cards", async () => {
  await using emulator = await startTestEmulator();
  match((await read(emulator.url)).html, /No checkout is open/);
  const paid = await openSession(emulator.stripe);
  await payCheckout(paid.url ?? "");
  const open = await openSession(emulator.stripe);
  const { html } = await read(emulator.url);
  ok(html.includes(`href="/c/pay/${open.id}"`) && !html.includes(paid.id));
  match(html, /Starter[^]*\$9\.99[^]*4242 4242 4242 4242[^]*pays/);
});

Deno.test("a paid charge has a receipt", async () => {
  await using emulator = await startTestEmulator();
  await payCheckout((await openSession(emulator.stripe)).url ?? "");
  const { data: [charge] } = await emulator.stripe.charges.list();
  const { status, html } = await read(charge?.receipt_url ?? "");
  equal(status, 200);
  match(html, /Receipt for \$9\.99/);
});

Deno.test("controls refuse a body that is not JSON or has unknown fields", async () => {
  await using emulator = await startTestEmulator();
  for (const body of ["{", `{"types": 5}`, `{"colour": "red"}`]) {
    const answer = await fetch(`${emulator.url}/_emulator/deliveries/hold`, {
      method: "POST",
      body,
    });
    equal(answer.status, 400);
    await answer.body?.cancel();
  }
});
