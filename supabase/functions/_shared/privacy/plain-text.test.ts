import assert from "node:assert/strict";
import { plain } from "./plain-text.ts";
import { redact } from "./redact.ts";

Deno.test("a text of plain characters is its own plain text", () => {
  const { text, spanOf } = plain("a@b.c, ١٢٣ 🙂 é");
  assert.equal(text, "a@b.c, ١٢٣ 🙂 é");
  assert.deepEqual(spanOf({ start: 1, end: 2 }), { start: 1, end: 2 });
});

Deno.test("full-width and zero-width characters become plain, and map back to their positions", () => {
  const given = "Ａ\u200b１\u3000－\u00ad\u2212b";
  const { text, spanOf } = plain(given);
  assert.equal(text, "A1 --b");
  assert.equal(plain("\u2010\u2011\u2212").text, "---");
  const { start, end } = spanOf({ start: 1, end: 5 });
  assert.equal(given.slice(start, end), "１\u3000－\u00ad\u2212");
});

const REDACTED: readonly [string, string, string][] = [
  [
    "a card in full-width digits",
    "カード：４１１１ １１１１ １１１１ １１１１。",
    "カード：[CARD]。",
  ],
  ["a phone in full-width digits", "電話：０３－１２３４－５６７８まで", "電話：[PHONE]まで"],
  ["an email with a full-width at", "宛先 john＠example．com です", "宛先 [EMAIL] です"],
  ["an email with zero-width characters", "jo\u200bhn@exam\u200dple.c\ufeffom!", "[EMAIL]!"],
  ["a card with soft hyphens", "4111\u00ad1111\u00ad1111\u00ad1111 ok", "[CARD] ok"],
  ["brackets", "write to john[at]example[dot]com today", "write to [EMAIL] today"],
  ["round ones with spaces", "john.doe (at) mail (dot) example (dot) com.", "[EMAIL]."],
  ["an at sign in brackets", "john[@]example.com", "[EMAIL]"],
  ["a spelled dot alone", "john@example[dot]com", "[EMAIL]"],
  ["an at in brackets alone", "john{at}example.com", "[EMAIL]"],
  ["capitals", "JOHN [AT] EXAMPLE [DOT] COM", "[EMAIL]"],
  ["words", "reach john at example dot com now", "reach [EMAIL] now"],
  ["a social security number with spaces", "his is 536 22 8726, born", "his is [SSN], born"],
  ["one with dots", "536.22.8726", "[SSN]"],
  ["a UATP card", "UATP 135412345678911 used", "UATP [CARD] used"],
  ["a UATP card in groups", "1354 123456 78911", "[CARD]"],
  ["a travel document", "travel document no. A1234567 of", "travel document no. [PASSPORT] of"],
  ["one in French", "document de voyage : 14AB56789", "document de voyage : [PASSPORT]"],
  ["one in Chinese", "旅行证件号码 E12345678", "旅行证件号码 [PASSPORT]"],
  ["a Finnish phone", "puhelin 040 123 4567", "puhelin [PHONE]"],
  ["a Dutch phone", "telefoonnummer: 020 123 4567", "telefoonnummer: [PHONE]"],
  ["a Greek phone", "τηλέφωνο: 210 123 4567", "τηλέφωνο: [PHONE]"],
  ["a Hindi phone", "फ़ोन: 098765 43210", "फ़ोन: [PHONE]"],
  ["a Vietnamese phone", "điện thoại: 0912 345 678", "điện thoại: [PHONE]"],
  ["a Hebrew phone", "טלפון: 03-123-4567", "טלפון: [PHONE]"],
  ["a Thai phone", "โทร 02-123-4567", "โทร [PHONE]"],
  ["a Persian phone", "تلفن: 021 1234 5678", "تلفن: [PHONE]"],
  ["an Indonesian phone", "telepon 021 1234567", "telepon [PHONE]"],
  ["a landline", "landline 020 7946 0958", "landline [PHONE]"],
];
for (const [what, text, expected] of REDACTED) {
  Deno.test(`redacted: ${what}`, () => assert.equal(redact(text), expected));
}

const KEPT: readonly string[] = [
  "look at this dot on the map",
  "array[at]index and list.at(3)",
  "He was at home. Dot com boom",
  "meet at 5 dot 30",
  "points (at) 12.5 (dot) 3",
  "scores 123 45 6789 12 900",
  "rows 900 45 6789",
  "version 100.20.3000.1",
  "release 10.2.3.4 is out, and older than the next",
  "rows 666 22 8726 and 000 12 3456",
  "id 135412345678912",
  "travel documents are checked at gate 22",
  "document de voyage valable 10 ans",
  "mobile 2024-11-22 build",
  "全角の数字１２３円",
  "family 👨\u200d👩\u200d👧 of 4",
  "می\u200cخواهم ۲ کتاب",
];
for (const text of KEPT) {
  Deno.test(`unchanged: ${text}`, () => assert.equal(redact(text), text));
}
