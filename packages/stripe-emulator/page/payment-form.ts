import type { Means, Payment } from "../checkout/complete.ts";
import { passesLuhn } from "../resources/test-cards.ts";

type Fields = Record<string, string>;

/**
 * Reads the buyer's form. If a field is invalid, returns a message, and no payment is attempted.
 */
export function readPayment(fields: Fields, now: Date): Payment | { message: string } {
  const email = (fields.email ?? "").trim();
  if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email)) return { message: "Enter your email address." };
  const common = { email, name: fields.name?.trim() || undefined, form: fields.form ?? "" };
  const means = readMeans(fields, now);
  return "message" in means ? means : { ...common, ...means };
}

/** Reads the form's payment method. If a field is invalid, returns a message. */
export function readMeans(fields: Fields, now: Date): Means | { message: string } {
  if (fields.method === "us_bank_account") {
    const outcome = fields.outcome === "fails" ? "fails" : "succeeds";
    return { method: "us_bank_account", outcome };
  }
  const card = readCard(fields, now);
  return "message" in card ? card : { method: "card", ...card };
}

interface Card {
  number: string;
  exp_month: number;
  exp_year: number;
}

function readCard(fields: Fields, now: Date): Card | { message: string } {
  const number = (fields.number ?? "").replace(/[\s-]/g, "");
  if (!passesLuhn(number)) return { message: "The card number is incorrect." };
  const [, month = "", year = ""] = /^(\d{1,2})\s*\/\s*(\d{2}|\d{4})$/.exec(fields.exp ?? "") ?? [];
  const exp_month = Number(month);
  const exp_year = Number(year) + (year.length === 2 ? 2000 : 0);
  if (exp_month < 1 || exp_month > 12) return { message: "The expiry date is incorrect." };
  const last = exp_year * 12 + exp_month;
  if (last < now.getUTCFullYear() * 12 + now.getUTCMonth() + 1) {
    return { message: "The card's expiry date is in the past." };
  }
  if (!/^\d{3,4}$/.test(fields.cvc ?? "")) {
    return { message: "The security code must have 3 or 4 digits." };
  }
  return { number, exp_month, exp_year };
}
