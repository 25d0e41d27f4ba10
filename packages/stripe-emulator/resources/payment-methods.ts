import type Stripe from "stripe";
import { newId } from "../core/ids.ts";
import { example } from "../fixtures/example.ts";
import { findCard, READY_MADE } from "./test-cards.ts";
import type { Scope } from "../store/scope.ts";
import { collection } from "../store/collection.ts";

type PaymentMethod = Stripe.PaymentMethod;

export const paymentMethods = collection<PaymentMethod>("payment_method");

/** The data of a payment method that Stripe's object does not show. */
export interface Secret {
  id: string;
  /** The key of the card's behaviour in test-cards.ts. */
  behaviour: string;
  /** Whether the payment method is saved for payments while the buyer is absent. */
  setUp?: boolean;
  /**
   * Whether the payment method was used without a customer, or detached from one. It then cannot be
   * used again.
   */
  usedUp?: boolean;
}

export const paymentMethodSecrets = collection<Secret>("payment_method_secret");

interface CardInput {
  number: string;
  exp_month: number;
  exp_year: number;
  email?: string | undefined;
  name?: string | undefined;
}

export function createCard(scope: Scope, input: CardInput): PaymentMethod {
  const known = findCard(input.number, scope.settings.mode);
  const draft = example<PaymentMethod>("payment_method");
  const method = paymentMethods.put(scope, {
    ...draft,
    ...common(scope, input),
    type: "card",
    card: {
      ...draft.card,
      brand: known.brand,
      display_brand: known.brand,
      country: known.country,
      funding: known.funding,
      exp_month: input.exp_month,
      exp_year: input.exp_year,
      fingerprint: fingerprintOf(input.number),
      last4: input.number.slice(-4),
      networks: { available: [known.brand], preferred: null },
      generated_from: null,
      wallet: null,
    } as Stripe.PaymentMethod.Card,
  });
  paymentMethodSecrets.put(scope, { id: method.id, behaviour: known.behaviour });
  return method;
}

/** Creates a bank account for debits. The result of a debit is known only days later. */
export function createBankAccount(
  scope: Scope,
  input: Pick<CardInput, "email" | "name">,
): PaymentMethod {
  const { card: _, ...draft } = example<PaymentMethod>("payment_method");
  return paymentMethods.put(scope, {
    ...draft,
    ...common(scope, input),
    type: "us_bank_account",
    us_bank_account: {
      account_holder_type: "individual",
      account_type: "checking",
      bank_name: "STRIPE TEST BANK",
      financial_connections_account: null,
      fingerprint: fingerprintOf("000123456789"),
      last4: "6789",
      networks: { preferred: "ach", supported: ["ach"] },
      routing_number: "110000000",
      status_details: null,
    },
  });
}

/**
 * Returns the payment method that a parameter names. A ready-made name, such as `pm_card_visa`,
 * creates a new payment method each time. These names exist only in test mode.
 */
export function requirePaymentMethod(scope: Scope, id: string, param?: string): PaymentMethod {
  if (scope.settings.mode === "live") return paymentMethods.get(scope, id, param);
  if (id === "pm_usBankAccount") return createBankAccount(scope, {});
  const number = READY_MADE[id];
  if (number === undefined) return paymentMethods.get(scope, id, param);
  return createCard(scope, { number, exp_month: 12, exp_year: scope.now().getFullYear() + 5 });
}

function common(scope: Scope, { email, name }: Pick<CardInput, "email" | "name">) {
  return {
    id: newId("pm"),
    created: scope.seconds(),
    customer: null,
    metadata: {},
    billing_details: {
      address: {
        city: null,
        country: null,
        line1: null,
        line2: null,
        postal_code: null,
        state: null,
      },
      email: email ?? null,
      name: name ?? null,
      phone: null,
      tax_id: null,
    },
  };
}

/**
 * Returns a card's fingerprint of 16 characters. The same number always gives the same fingerprint.
 */
function fingerprintOf(number: string): string {
  const mixed = [...number].reduce((sum, digit) => (sum * 31n + BigInt(digit)) % (1n << 83n), 7n);
  return mixed.toString(36).padStart(16, "0").slice(-16);
}
