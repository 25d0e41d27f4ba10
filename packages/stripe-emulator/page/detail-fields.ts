import { html } from "hono/html";
import { asksAddress, enteredOf } from "../checkout/enter-details.ts";
import { type Session } from "../resources/checkout-sessions.ts";
import { promotionCodes } from "../resources/promotion-codes.ts";
import type { Scope } from "../store/scope.ts";

/**
 * Renders the fields that can change the amounts, with a button that shows the new amounts.
 * Stripe's page shows new amounts without a button, but this page has to work without scripts.
 */
export function detailFields(scope: Scope, session: Session, refused: Record<string, string>) {
  const { address, businessName, promotionCode, taxId } = enteredOf(scope, session);
  const code = promotionCode ? promotionCodes.find(scope, promotionCode)?.code : undefined;
  const isWhole = session.billing_address_collection === "required";
  const address_ = asksAddress(session);
  const business = session.tax_id_collection?.enabled;
  const codes = session.allow_promotion_codes;
  if (!address_ && !codes) return "";
  const shown = (name: string, known: string | null | undefined) => refused[name] ?? known ?? "";
  return html`
    ${isWhole
      ? html`${field("line1", "Address", "address-line1", shown("line1", address?.line1))} ${
        field("city", "City", "address-level2", shown("city", address?.city))
      }`
      : ""} ${address_
      ? html`
        <div class="pair">
          <div>${field(
            "country",
            "Country (ISO code)",
            "country",
            shown("country", address?.country),
            2,
          )}</div>
          <div>${field(
            "postal_code",
            "Postal code",
            "postal-code",
            shown("postal_code", address?.postal_code),
          )}</div>
        </div>
      `
      : ""} ${business
      ? html`${
        field(
          "business_name",
          "Business name (if you buy as a business)",
          "organization",
          shown("business_name", businessName),
        )
      } ${
        field("tax_id", "Tax ID (if you buy as a business)", "off", shown("tax_id", taxId?.value))
      }`
      : ""} ${codes
      ? field("promotion_code", "Promotion code", "off", shown("promotion_code", code))
      : ""}
    <button type="submit" name="update" value="true" class="plain" formnovalidate>
      Update the total
    </button>
  `;
}

function field(name: string, label: string, autocomplete: string, value: string, maxLength = 200) {
  return html`
    <label for="${name}">${label}</label>
    <input id="${name}" name="${name}" autocomplete="${autocomplete}" value="${value}"
      maxlength="${maxLength}">
  `;
}
