/**
 * The amounts of a session: the sum of its items, minus a discount, plus the tax for the buyer's
 * address.
 */
import type Stripe from "stripe";
import { discountOf } from "../resources/coupons.ts";
import { couponOf, promotionCodes } from "../resources/promotion-codes.ts";
import {
  type Entered,
  lineItemsOf,
  type Session,
  sessions,
  storeLineItems,
} from "../resources/checkout-sessions.ts";
import { customers } from "../resources/customers.ts";
import { taxOf, taxThousandths } from "../resources/tax-rate.ts";
import type { Scope } from "../store/scope.ts";

type LineItem = Stripe.LineItem;

/** The amounts of a session and its items. */
export interface Totals {
  items: LineItem[];
  amount_subtotal: number;
  amount_total: number;
  total_details: Stripe.Checkout.Session.TotalDetails;
  automatic_tax: Stripe.Checkout.Session.AutomaticTax;
  payment_status: Session["payment_status"];
}

/** Computes the amounts that the session has with these entries. Changes nothing. */
export function totalsWith(scope: Scope, session: Session, entered: Entered): Totals {
  const code = entered.promotionCode === null
    ? undefined
    : promotionCodes.get(scope, entered.promotionCode);
  const before = lineItemsOf(scope, session);
  const subtotal = sum(before, "amount_subtotal");
  const discount = code ? discountOf(couponOf(scope, code), subtotal) : 0;
  const { enabled } = session.automatic_tax;
  const isTaxed = enabled && entered.address?.country && !isExempt(scope, session);
  const rate = isTaxed ? taxThousandths(scope) : 0;
  const items = shared(before, discount).map((item) => taxed(item, rate));
  const amount_total = sum(items, "amount_total");
  return {
    items,
    amount_subtotal: subtotal,
    amount_total,
    total_details: {
      amount_discount: discount,
      amount_shipping: 0,
      amount_tax: sum(items, "amount_tax"),
    },
    automatic_tax: {
      enabled,
      liability: enabled ? { type: "self" } : null,
      provider: enabled ? "stripe" : null,
      status: !enabled ? null : entered.address?.country ? "complete" : "requires_location_inputs",
    },
    payment_status: amount_total === 0 ? "no_payment_required" : "unpaid",
  };
}

/** Stores the amounts of an open session. */
export function storeTotals(scope: Scope, session: Session, totals: Totals): Session {
  const { items, ...amounts } = totals;
  storeLineItems(scope, session.id, items);
  return sessions.update(scope, session, amounts);
}

function isExempt(scope: Scope, session: Session): boolean {
  if (typeof session.customer !== "string") return false;
  const { tax_exempt } = customers.get(scope, session.customer);
  return tax_exempt === "exempt" || tax_exempt === "reverse";
}

/**
 * Divides a discount between the items in proportion to their prices. The last item gets the
 * remainder.
 */
function shared(items: LineItem[], discount: number): LineItem[] {
  const subtotal = sum(items, "amount_subtotal");
  let left = discount;
  return items.map((item, index) => {
    const share = subtotal === 0 ? 0 : Math.floor((discount * item.amount_subtotal) / subtotal);
    const amount_discount = index === items.length - 1 ? left : share;
    left -= amount_discount;
    return { ...item, amount_discount };
  });
}

function taxed(item: LineItem, rate: number): LineItem {
  const isIncluded = item.price?.tax_behavior === "inclusive";
  const due = item.amount_subtotal - item.amount_discount;
  const amount_tax = taxOf(due, rate, isIncluded);
  return { ...item, amount_tax, amount_total: isIncluded ? due : due + amount_tax };
}

function sum(items: LineItem[], field: "amount_subtotal" | "amount_total" | "amount_tax"): number {
  return items.reduce((total, item) => total + item[field], 0);
}
