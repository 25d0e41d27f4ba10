import assert from "node:assert/strict";
import { classify, redact, redactWithFindings } from "./redact.ts";

Deno.test("a text without personal data comes back unchanged, with no kinds", () => {
  assert.deepEqual(redactWithFindings("42 credits left"), { text: "42 credits left", kinds: [] });
  assert.deepEqual(redactWithFindings(""), { text: "", kinds: [] });
});

Deno.test("each kind is named once, however often it was found", () => {
  const { text, kinds } = redactWithFindings("a@b.example, c@d.example from 192.0.2.1");
  assert.equal(text, "[EMAIL], [EMAIL] from [IP]");
  assert.deepEqual(kinds, ["email", "ip"]);
});

Deno.test("a text is sensitive if it has payment data or identity documents, else personal or none", () => {
  assert.equal(classify([]), "none");
  for (const kind of ["email", "phone", "ip", "zip"] as const) {
    assert.equal(classify([kind]), "personal");
  }
  for (const kind of ["card", "ssn", "passport", "iban", "secret"] as const) {
    assert.equal(classify(["email", kind]), "sensitive");
  }
});

Deno.test("an email address within the credentials of a URL is redacted with them", () => {
  assert.equal(redact("amqp://ops@example.com:pw1@mq:5672"), "amqp://[SECRET]@mq:5672");
});

Deno.test("a card number is found after other numbers, and not as part of a longer one", () => {
  assert.equal(redact("2 x 4111 1111 1111 1111 12/27"), "2 x [CARD] 12/27");
  assert.equal(redact("12 4111 1111 1111 1111"), "12 [CARD]");
  assert.equal(redact("94111111111111111000000"), "94111111111111111000000");
});

Deno.test("a number that goes on with a word or decimals is not a card number", () => {
  for (const rest of ["x", "_1", ".5", ",5"]) {
    assert.equal(redact(`4242424242424242${rest}`), `4242424242424242${rest}`);
  }
  for (const rest of [".", ", x", "-x"]) {
    assert.equal(redact(`4242424242424242${rest}`), `[CARD]${rest}`);
  }
});

Deno.test("a card number of any length from 13 to 19 digits is found, of 12 and 20 it is not", () => {
  const cards = ["4222222222222", "30569309025904", "378282246310005", "4242424242424242"];
  for (const card of [...cards, "6205500000000000004"]) assert.equal(redact(card), "[CARD]");
  assert.equal(redact("424242424242"), "424242424242");
  assert.equal(redact("42424242424242424242"), "42424242424242424242");
});

Deno.test("a number with one wrong digit is neither a card nor an IBAN", () => {
  for (const text of ["4242424242424243", "DE89370400440532013001", "GB82WEST12345698765433"]) {
    assert.equal(redact(text), text);
  }
});

Deno.test("an IBAN in lower case or groups is found, and stops before the word after it", () => {
  assert.equal(redact("de89 3704 0044 0532 0130 00 and"), "[IBAN] and");
  assert.equal(redact("GB82 WEST 1234 5698 7654 32 BIC WESTGB22"), "[IBAN] BIC WESTGB22");
});

Deno.test("an email or IP address at the end of a sentence is found without the full stop", () => {
  assert.equal(
    redact("It is 2001:db8::1. Or 192.0.2.1. Or a@b.example."),
    "It is [IP]. Or [IP]. Or [EMAIL].",
  );
});

Deno.test("an email address has at most 64 characters before its @", () => {
  assert.equal(redact(`${"a".repeat(65)}@b.example`), "a[EMAIL]");
  assert.equal(redact(`${"a".repeat(64)}@b.example`), "[EMAIL]");
});

Deno.test("five digits are a postal code in an address or after its name, and a number elsewhere", () => {
  assert.equal(redact("Austin, TX 78701"), "Austin, TX [ZIP]");
  assert.equal(redact("zip: 78701"), "zip: [ZIP]");
  assert.equal(redact("78701 rows"), "78701 rows");
});

Deno.test("a passport number is found after its name, and is a number elsewhere", () => {
  assert.equal(redact("passport no. X1234567"), "passport no. [PASSPORT]");
  assert.equal(redact("shelf no. X1234567"), "shelf no. X1234567");
});

Deno.test("two telephone numbers side by side are found separately", () => {
  assert.equal(redact("+1 212 555 0100 +44 20 7946 0958"), "[PHONE] [PHONE]");
});

Deno.test("a secret is redacted for every spelling of its name, and a placeholder is not", () => {
  const names = ["password", "PASSWORD", "apiKey", "api_key", "client_secret", "AUTH_TOKEN"];
  for (const name of names) {
    assert.equal(redact(`${name}=Ab3-xY9z`), `${name}=[SECRET]`);
    assert.equal(redact(`{"${name}":"Ab3-xY9z"}`), `{"${name}":"[SECRET]"}`);
    for (const none of ["null", "${SECRET}", "********", "<your key>"]) {
      assert.equal(redact(`${name}=${none}`), `${name}=${none}`);
    }
  }
});
