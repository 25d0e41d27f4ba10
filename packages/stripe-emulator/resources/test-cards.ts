/**
 * Stripe's documented test cards (https://docs.stripe.com/testing), the emulator's own cards for
 * live mode, and their behaviours. Card numbers are never stored; a payment method stores the name
 * of its behaviour.
 */
import type { Mode } from "../core/settings.ts";

/** Why a bank or Stripe declines a card, and the message that the buyer sees. */
export interface Decline {
  code: string;
  decline_code: string;
  message: string;
}

/** How payments with a test card differ from immediate success. */
export interface Behaviour {
  decline?: Decline;
  /** Whether the bank requires the buyer's authentication (3D Secure) before the payment. */
  authentication?: boolean;
  /** Whether off-session payments need no authentication once the card has been saved for them. */
  setUpLasts?: boolean;
  /** Whether off-session payments are allowed although the card was never saved for them. */
  setUpAlready?: boolean;
  /** Whether the card can be saved although every payment with it is declined. */
  savable?: boolean;
  /** The reason of the dispute that follows a payment with this card. */
  dispute?: string;
  /** Whether the dispute is only an inquiry, which moves no money. */
  inquiry?: boolean;
  /** Whether the card network warns of fraud after the payment. */
  earlyFraudWarning?: boolean;
  /**
   * How a refund ends. `slow`: the refund is pending at first. `fails`: the refund succeeds and
   * then fails.
   */
  refund?: "slow" | "fails" | undefined;
  risk?: "elevated" | "highest";
  /** Whether the money is available immediately instead of pending for two days. */
  availableAtOnce?: boolean;
}

export interface TestCard {
  brand: string;
  country: string;
  funding: "credit" | "debit" | "prepaid";
  behaviour: string;
}

function declined(decline_code: string, message: string, code = "card_declined"): Behaviour {
  return { decline: { code, decline_code, message } };
}

export const FAILED_AUTHENTICATION: Decline = {
  code: "payment_intent_authentication_failure",
  decline_code: "authentication_required",
  message: "The bank could not authenticate you. Try another card.",
};

const INSUFFICIENT = declined(
  "insufficient_funds",
  "The card has insufficient funds. Try another.",
);
const GENERIC = declined("generic_decline", "The card was declined. Try another card.");

/** The behaviours of test cards. Each payment method stores the key of one behaviour. */
const BEHAVIOURS: Record<string, Behaviour> = {
  pays: {},
  generic_decline: GENERIC,
  insufficient_funds: INSUFFICIENT,
  lost_card: declined("lost_card", "The card was declined. Try another card."),
  stolen_card: declined("stolen_card", "The card was declined. Try another card."),
  expired_card: declined("expired_card", "The card has expired. Try another.", "expired_card"),
  incorrect_cvc: declined("incorrect_cvc", "The security code is incorrect.", "incorrect_cvc"),
  processing_error: declined(
    "processing_error",
    "Something went wrong while the card was processed. Try again in a moment.",
    "processing_error",
  ),
  card_velocity_exceeded: declined(
    "card_velocity_exceeded",
    "The card was declined: it was used too often in a short time.",
  ),
  test_mode_live_card: declined(
    "test_mode_live_card",
    "This is not a test card. Only test cards are accepted here.",
  ),
  live_mode_test_card: declined(
    "live_mode_test_card",
    "Your card was declined. Your request was in live mode, but used a known test card.",
  ),
  blocked: {
    ...declined("fraudulent", "The card was declined. Try another card."),
    risk: "highest",
  },
  elevated_risk: { risk: "elevated" },
  authenticate: { authentication: true },
  authenticate_unless_set_up: { authentication: true, setUpLasts: true },
  authenticate_on_session: { authentication: true, setUpLasts: true, setUpAlready: true },
  authenticate_then_insufficient_funds: {
    authentication: true,
    setUpLasts: true,
    savable: true,
    ...INSUFFICIENT,
  },
  authenticate_then_decline: { authentication: true, ...GENERIC },
  decline_after_saving: { savable: true, ...GENERIC },
  dispute_fraudulent: { dispute: "fraudulent" },
  dispute_not_received: { dispute: "product_not_received" },
  dispute_inquiry: { dispute: "fraudulent", inquiry: true },
  early_fraud_warning: { earlyFraudWarning: true },
  available_at_once: { availableAtOnce: true },
  refund_slow: { refund: "slow" },
  refund_fails: { refund: "fails" },
};

function card(
  brand: string,
  behaviour = "pays",
  funding: TestCard["funding"] = "credit",
  country = "US",
): TestCard {
  return { brand, country, funding, behaviour };
}

const CARDS: Record<string, TestCard> = {
  "4242424242424242": card("visa"),
  "4000056655665556": card("visa", "pays", "debit"),
  "5555555555554444": card("mastercard"),
  "2223003122003222": card("mastercard"),
  "5200828282828210": card("mastercard", "pays", "debit"),
  "5105105105105100": card("mastercard", "pays", "prepaid"),
  "378282246310005": card("amex"),
  "371449635398431": card("amex"),
  "6011111111111117": card("discover"),
  "6011000990139424": card("discover"),
  "6011981111111113": card("discover", "pays", "debit"),
  "3056930009020004": card("diners"),
  "36227206271667": card("diners"),
  "6555900000604105": card("discover"),
  "3566002020360505": card("jcb"),
  "6200000000000005": card("unionpay"),
  "4000002500001001": card("visa", "pays", "credit", "FR"),
  "4000002760000016": card("visa", "pays", "credit", "DE"),
  "4000008260000000": card("visa", "pays", "credit", "GB"),
  "4000000000000002": card("visa", "generic_decline"),
  "4000000000009995": card("visa", "insufficient_funds"),
  "4000000000009987": card("visa", "lost_card"),
  "4000000000009979": card("visa", "stolen_card"),
  "4000000000000069": card("visa", "expired_card"),
  "4000000000000127": card("visa", "incorrect_cvc"),
  "4000000000000119": card("visa", "processing_error"),
  "4000000000006975": card("visa", "card_velocity_exceeded"),
  "4100000000000019": card("visa", "blocked"),
  "4000000000009235": card("visa", "elevated_risk"),
  "4000000000000077": card("visa", "available_at_once"),
  "4000002760003184": card("visa", "authenticate", "credit", "DE"),
  "4000002500003155": card("visa", "authenticate_unless_set_up", "credit", "FR"),
  "4000003800000446": card("visa", "authenticate_on_session", "credit", "GB"),
  "4000000000003220": card("visa", "authenticate"),
  "4000008260003178": card("visa", "authenticate_then_insufficient_funds", "credit", "GB"),
  "4000008400001629": card("visa", "authenticate_then_decline"),
  "4000000000000341": card("visa", "decline_after_saving"),
  "4000000000000259": card("visa", "dispute_fraudulent"),
  "4000000000002685": card("visa", "dispute_not_received"),
  "4000000000001976": card("visa", "dispute_inquiry"),
  "4000000000005423": card("visa", "early_fraud_warning"),
  "4000000000007726": card("visa", "refund_slow"),
  "4000000000005126": card("visa", "refund_fails"),
};

/** Stripe's ready-made test payment methods, each with the number of its card. */
export const READY_MADE: Record<string, string> = {
  pm_card_visa: "4242424242424242",
  pm_card_visa_debit: "4000056655665556",
  pm_card_mastercard: "5555555555554444",
  pm_card_amex: "378282246310005",
  pm_card_discover: "6011111111111117",
  pm_card_chargeDeclined: "4000000000000002",
  pm_card_chargeDeclinedInsufficientFunds: "4000000000009995",
  pm_card_chargeCustomerFail: "4000000000000341",
  pm_card_chargeDeclinedExpiredCard: "4000000000000069",
  pm_card_chargeDeclinedProcessingError: "4000000000000119",
  pm_card_authenticationRequired: "4000002760003184",
  pm_card_authenticationRequiredOnSetup: "4000002500003155",
  pm_card_authenticationRequiredSetupForOffSession: "4000003800000446",
  pm_card_authenticationRequiredChargeDeclinedInsufficientFunds: "4000008260003178",
  pm_card_threeDSecure2Required: "4000000000003220",
  pm_card_createDispute: "4000000000000259",
  pm_card_createDisputeProductNotReceived: "4000000000002685",
  pm_card_createDisputeInquiry: "4000000000001976",
  pm_card_createEarlyFraudWarning: "4000000000005423",
  pm_card_createIssuerFraudRecord: "4000000000005423",
  pm_card_pendingRefund: "4000000000007726",
  pm_card_refundFail: "4000000000005126",
  pm_card_bypassPending: "4000000000000077",
};

export const behaviourNames = Object.keys(BEHAVIOURS);

export function behaviourOf(name: string | undefined): Behaviour {
  return BEHAVIOURS[name ?? "pays"] ?? {};
}

/** Returns why the bank refuses to save a card; undefined if the card can be saved. */
export function savingDeclined(behaviour: Behaviour): Decline | undefined {
  return behaviour.savable ? undefined : behaviour.decline;
}

/**
 * The cards of the emulator's live mode: every number that has one of these prefixes and passes the
 * Luhn check is a separate card. No bank issues cards whose numbers begin with 9999, and Stripe has
 * no such test cards.
 */
const LIVE_CARDS: Record<string, TestCard> = {
  "999900": card("visa"),
  "999901": card("visa", "insufficient_funds"),
  "999902": card("visa", "authenticate"),
  "999903": card("visa", "dispute_fraudulent"),
};

/**
 * Returns the card with this number. An unknown number gets a card that is declined. As in Stripe,
 * a real card is declined in test mode, and a test card in live mode. Unlike Stripe, the emulator
 * declines a real card in live mode, too, because it takes no money.
 */
export function findCard(number: string, mode: Mode): TestCard {
  const known = CARDS[number];
  if (mode === "test") return known ?? card("visa", "test_mode_live_card");
  if (known) return { ...known, behaviour: "live_mode_test_card" };
  return LIVE_CARDS[number.slice(0, 6)] ?? card("visa", "generic_decline");
}

/** Whether a card number's check digit is correct. */
export function passesLuhn(number: string): boolean {
  if (!/^\d{12,19}$/.test(number)) return false;
  const sum = [...number].reverse().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 1 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}
