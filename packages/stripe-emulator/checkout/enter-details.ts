/**
 * The buyer's entries on the checkout page that can change the amounts: the address, the tax id and
 * the promotion code.
 */
import type Stripe from "stripe";
import {
  type Entered,
  NOTHING_ENTERED,
  type Session,
  sessionSecrets,
} from "../resources/checkout-sessions.ts";
import { findCode, isRedeemable } from "../resources/promotion-codes.ts";
import { checkAmount } from "../payments/check-amount.ts";
import { StripeApiError } from "../core/errors.ts";
import { storeTotals, type Totals, totalsWith } from "./totals.ts";
import { hasTaxIds, typeOfTaxId } from "./tax-ids.ts";
import type { Scope } from "../store/scope.ts";

/** Fields of the page's form. A field that the page does not have is absent. */
type Fields = Record<string, string>;

export function enteredOf(scope: Scope, session: Session): Entered {
  return sessionSecrets.get(scope, session.id).entered ?? NOTHING_ENTERED;
}

/** Whether the page asks for an address. */
export function asksAddress(session: Session): boolean {
  return session.billing_address_collection === "required" || session.automatic_tax.enabled ||
    Boolean(session.tax_id_collection?.enabled);
}

/**
 * Applies the buyer's entries to an open session. If an entry is invalid, changes nothing and
 * returns a message.
 */
export function enterDetails(
  scope: Scope,
  session: Session,
  fields: Fields,
): Session | { message: string } {
  const read = readDetails(scope, session, fields);
  if ("message" in read) return read;
  const totals = totalsWith(scope, session, read);
  const problem = belowMinimum(session, totals);
  if (problem) return { message: problem };
  sessionSecrets.update(scope, sessionSecrets.get(scope, session.id), { entered: read });
  return storeTotals(scope, session, totals);
}

/**
 * Returns a message about an entry that must be made before the buyer can pay; undefined if nothing
 * is missing.
 */
export function missingDetails(scope: Scope, session: Session): string | undefined {
  const { address, taxId } = enteredOf(scope, session);
  const isAsked = session.tax_id_collection?.required === "if_supported";
  if (isAsked && !taxId && hasTaxIds(address?.country ?? null)) return "Enter your tax ID.";
  if (session.automatic_tax.enabled && !address?.country) return "Enter your country.";
  if (session.billing_address_collection !== "required") return undefined;
  const isWhole = address?.country && address.line1 && address.city && address.postal_code;
  return isWhole ? undefined : "Enter your whole address.";
}

function readDetails(
  scope: Scope,
  session: Session,
  fields: Fields,
): Entered | { message: string } {
  const before = enteredOf(scope, session);
  const address = asksAddress(session) ? readAddress(fields, before.address) : before.address;
  if (address?.country && !/^[A-Z]{2}$/.test(address.country)) {
    return { message: "Enter your country as its ISO code, such as DE." };
  }
  const taxId = readTaxId(session, fields, address?.country ?? null);
  if (taxId && "message" in taxId) return taxId;
  const promotionCode = readCode(scope, session, fields.promotion_code);
  if (promotionCode && typeof promotionCode === "object") return promotionCode;
  const businessName = session.tax_id_collection?.enabled
    ? fields.business_name?.trim() || null
    : null;
  if (taxId && !businessName) return { message: "Enter the name of your business." };
  return { address, businessName, promotionCode, taxId };
}

function readAddress(fields: Fields, before: Stripe.Address | null): Stripe.Address | null {
  const read = (name: string, known: string | null | undefined) =>
    fields[name] === undefined ? known ?? null : fields[name].trim() || null;
  const address = {
    city: read("city", before?.city),
    country: read("country", before?.country)?.toUpperCase() ?? null,
    line1: read("line1", before?.line1),
    line2: before?.line2 ?? null,
    postal_code: read("postal_code", before?.postal_code),
    state: before?.state ?? null,
  };
  return Object.values(address).some((part) => part !== null) ? address : null;
}

function readTaxId(
  session: Session,
  fields: Fields,
  country: string | null,
): Entered["taxId"] | { message: string } {
  const value = (fields.tax_id ?? "").replace(/[\s.-]/g, "").toUpperCase();
  if (value === "" || !session.tax_id_collection?.enabled) return null;
  const type = typeOfTaxId(country, value);
  return type ? { type, value } : { message: "Your tax ID is invalid." };
}

function readCode(
  scope: Scope,
  session: Session,
  entry: string | undefined,
): string | null | { message: string } {
  const text = entry?.trim() ?? "";
  if (text === "" || !session.allow_promotion_codes) return null;
  const code = findCode(scope, text);
  const purchase = {
    amount: session.amount_subtotal ?? 0,
    currency: session.currency ?? "",
    customer: typeof session.customer === "string" ? session.customer : null,
  };
  if (code && isRedeemable(scope, code, purchase)) return code.id;
  return { message: "This promotion code is invalid." };
}

function belowMinimum(
  session: Session,
  { amount_total, total_details }: Totals,
): string | undefined {
  if (amount_total === 0 || total_details.amount_discount === 0) return undefined;
  try {
    checkAmount(amount_total, session.currency ?? "usd", "promotion_code");
  } catch (error) {
    if (error instanceof StripeApiError) return error.message;
    throw error;
  }
}
