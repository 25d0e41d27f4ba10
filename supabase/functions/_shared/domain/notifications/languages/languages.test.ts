import assert from "node:assert/strict";
import { RECEIPT } from "#support/samples/notifications.ts";
import { LANGUAGE_CODES } from "../../../contracts/languages.ts";
import { renderNotification } from "../render-notification.ts";
import { de } from "./de.ts";
import { en, type Sentences } from "./en.ts";
import { languageOf, LANGUAGES, type Languages } from "./languages.ts";

const data = { ...RECEIPT, bonus_credits: "10.5" };

Deno.test("a receipt in German has German sentences, numbers, money and times", () => {
  const { subject, text, html } = renderNotification("receipt", data, { locale: "de", shop: {} });
  assert.equal(subject, "Beleg: 9,99 USD");
  assert.equal(
    text,
    `Ihre Zahlung ist eingegangen, und Ihr Guthaben steht bereit.

Gekauft: Starter
Bezahlt: 9,99 USD
Credits: 9.990
Bonus-Credits: 10,5
Datum: 21. November 2026 um 12:00 UTC

Bestellung: ${RECEIPT.order_id}
`,
  );
  assert.match(html, /<html lang="de" dir="ltr">/);
  assert.match(html, /Vielen Dank für Ihren Einkauf/);
});

Deno.test("a language is added by its sentences and its formats", () => {
  const fr: Sentences = {
    ...en,
    receipt: { ...en.receipt, subject: (paid) => `Reçu : ${paid}`, paid: "Payé" },
  };
  const languages: Languages = { ...LANGUAGES, fr: { sentences: fr, formats: "fr-FR" } };
  const inFrench = (locale: string) =>
    renderNotification("receipt", { ...data, amount: 123_456 }, { locale, shop: {} }, languages);
  assert.equal(inFrench("fr").subject, "Reçu : 1 234,56 USD");
  assert.match(inFrench("fr").text, /^Payé: 1 234,56 USD$/m);
  assert.match(inFrench("fr").text, /^Credits: 9 990$/m);
  assert.match(inFrench("fr-CH").html, /<html lang="fr-CH"/);
  assert.equal(inFrench("it").subject, "Receipt: USD 1,234.56");
});

Deno.test("a language that is written from right to left turns the email", () => {
  const languages: Languages = { ar: { sentences: en, formats: "ar", direction: "rtl" } };
  const reader = { locale: "ar", shop: {} };
  assert.match(
    renderNotification("receipt", data, reader, languages).html,
    / lang="ar" dir="rtl">/,
  );
});

Deno.test("a missing sentence and one too many fail the type check", () => {
  const { heading: _, ...rest } = de.receipt;
  // @ts-expect-error: the heading of the receipt is missing
  const incomplete: Sentences = { ...de, receipt: rest };
  // @ts-expect-error: no template has this sentence
  const excessive: Sentences = { ...de, receipt: { ...de.receipt, greeting: "Hallo" } };
  // @ts-expect-error: the subject needs the amount
  const constant: Sentences = { ...de, receipt: { ...de.receipt, subject: 1 } };
  assert(incomplete && excessive && constant);
});

/** Lists each sentence with its path. A sentence with values is called with a placeholder for each value. */
function sentencesOf(of: object, path = ""): [string, string][] {
  return Object.entries(of).flatMap(([name, sentence]) => {
    const at = `${path}${name}`;
    if (typeof sentence === "object") return sentencesOf(sentence, `${at}.`);
    return [[at, typeof sentence === "function" ? sentence("VALUE") : sentence]];
  });
}

Deno.test("each language says every sentence, with its value and without markup", () => {
  assert.deepEqual(Object.keys(LANGUAGES), [...LANGUAGE_CODES]);
  const english = sentencesOf(en);
  for (const [code, { sentences }] of Object.entries(LANGUAGES)) {
    const said = sentencesOf(sentences);
    assert.deepEqual(said.map(([path]) => path), english.map(([path]) => path), code);
    for (const [at, [path, sentence]] of said.entries()) {
      assert(sentence.trim() !== "" && !/[<>]/.test(sentence), `${code} ${path}`);
      assert.equal(sentence.includes("VALUE"), english[at]![1].includes("VALUE"), path);
    }
  }
});

Deno.test("a locale chooses the language, and its region the formats", () => {
  const chosen = (locale: string) => {
    const { tag, formats, sentences } = languageOf(locale);
    return [tag, formats, sentences === de ? "de" : "en"];
  };
  assert.deepEqual(chosen("de"), ["de", "de-DE", "de"]);
  assert.deepEqual(chosen("de-AT"), ["de-AT", "de-AT", "de"]);
  assert.deepEqual(chosen("en-US"), ["en-US", "en-US", "en"]);
  for (const unknown of ["hu", "", "constructor", "__proto__", "toString-AT"]) {
    assert.deepEqual(chosen(unknown), ["en", "en-GB", "en"]);
  }
});
