/**
 * The tax ids of a few regions, which the checkout page accepts. Only the format of a tax id is
 * checked.
 */
import type Stripe from "stripe";

type TaxIdType = Stripe.Checkout.Session.CustomerDetails.TaxId["type"];

/**
 * The countries of the European Union. VAT numbers begin with the country's code, except those of
 * Greece, which begin with EL.
 */
const EU = new Set(
  "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split(" "),
);

const OTHERS: Record<string, [TaxIdType, RegExp]> = {
  AU: ["au_abn", /^\d{11}$/],
  CH: ["ch_vat", /^CHE\d{9}(MWST|TVA|IVA)$/],
  GB: ["gb_vat", /^GB\d{9}$/],
  NO: ["no_vat", /^\d{9}MVA$/],
};

/**
 * Returns the type of a business's tax id; undefined if the value is not a tax id of the country.
 */
export function typeOfTaxId(country: string | null, value: string): TaxIdType | undefined {
  if (country === null) return undefined;
  if (EU.has(country)) {
    const prefix = country === "GR" ? "EL" : country;
    return value.startsWith(prefix) && /^[A-Z]{2}[0-9A-Z]{2,12}$/.test(value)
      ? "eu_vat"
      : undefined;
  }
  const [type, form] = OTHERS[country] ?? [];
  return form?.test(value) ? type : undefined;
}

/** Whether the page asks businesses in this country for a tax id. */
export function hasTaxIds(country: string | null): boolean {
  return country !== null && (EU.has(country) || country in OTHERS);
}
