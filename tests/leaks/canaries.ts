/** Makes unique personal data and secrets. If a test finds such a text anywhere, it was leaked. */
import { randomBytes } from "node:crypto";

type Kind = "email" | "key" | "token" | "card" | "phone" | "iban" | "word";

export interface Canaries {
  /** The text of each canary, as the tests send it. */
  readonly each: Readonly<Record<Kind, string>>;
  /** A text that contains all canaries. */
  readonly text: string;
}

function digits(count: number): string {
  return [...randomBytes(count)].map((byte) => byte % 10).join("");
}

/** Returns the Luhn check digit for the other digits of a card number. */
function checkDigit(number: string): number {
  const sum = [...number].reverse().reduce((sum, digit, at) => {
    const value = Number(digit) * (at % 2 === 0 ? 2 : 1);
    return sum + (value > 9 ? value - 9 : value);
  }, 0);
  return (10 - sum % 10) % 10;
}

/**
 * Makes a German IBAN. D counts as 13 and E as 14, and the check digits make the whole number 1
 * modulo 97.
 */
function iban(account: string): string {
  const check = 98n - BigInt(`${account}131400`) % 97n;
  return `DE${String(check).padStart(2, "0")}${account}`;
}

const part = (value: object) => btoa(JSON.stringify(value)).replaceAll("=", "");

export function makeCanaries(): Canaries {
  const name = randomBytes(6).toString("hex");
  const card = `4${digits(14)}`;
  const each = {
    email: `canary-${name}@leak.example`,
    key: `sk-proj-${randomBytes(24).toString("hex")}`,
    token: [
      part({ alg: "HS256", typ: "JWT" }),
      part({ sub: name, role: "authenticated" }),
      randomBytes(32).toString("base64url"),
    ].join("."),
    card: `${card}${checkDigit(card)}`,
    phone: `+49 151 ${digits(8)}`,
    iban: iban(digits(18)),
    // No redactor can recognise this word. So the word stays in texts that are redacted before they
    // are stored, and the search finds such texts, too.
    word: `Quorn${name}`,
  };
  const person = `My name is Jane ${each.word}. Write to ${each.email} or call ${each.phone}.`;
  const secrets = `Card number: ${each.card}, IBAN: ${each.iban}. The API key is ${each.key} and`;
  const text = `${person} ${secrets} the token ${each.token}, keep them.`;
  return { each, text };
}
