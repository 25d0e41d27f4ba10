import { formatMoney } from "../payments/format-money.ts";
import type { Session } from "../resources/checkout-sessions.ts";

/**
 * Returns a message if the total has changed since the page was shown. As on Stripe's page, a buyer
 * must never pay a total that the page did not show.
 */
export function changedTotal(
  session: Session,
  { total }: Record<string, string>,
): string | undefined {
  if (total === undefined || Number(total) === (session.amount_total ?? 0)) return undefined;
  const due = formatMoney(session.amount_total ?? 0, session.currency ?? "usd");
  return `The total is now ${due}. Check it and pay again.`;
}
