import { formatMoney } from "../payments/format-money.ts";
import type { Session } from "../resources/checkout-sessions.ts";

/**
 * Returns a message if the total has changed since the page was shown: as on Stripe's page, a buyer
 * pays only the total that the page shows.
 */
export function changedTotal(
  session: Session,
  { total }: Record<string, string>,
): string | undefined {
  if (total === undefined || Number(total) === (session.amount_total ?? 0)) return undefined;
  const due = formatMoney(session.amount_total ?? 0, session.currency ?? "usd");
  return `The total is now ${due}. Check it and pay again.`;
}
