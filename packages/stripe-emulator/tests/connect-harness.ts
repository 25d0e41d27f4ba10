import type Stripe from "stripe";
import { onboardProvider } from "../browser.ts";

const back = "http://localhost:3000";

/** An account link of a connected account. */
export async function linkTo(stripe: Stripe, account: string): Promise<string> {
  const { url } = await stripe.accountLinks.create({
    account,
    type: "account_onboarding",
    refresh_url: `${back}/refresh`,
    return_url: `${back}/return`,
  });
  return url;
}

/** A connected account that has registered and may get money. */
export async function openProvider(
  stripe: Stripe,
  more: Stripe.AccountCreateParams = {},
): Promise<string> {
  const { id } = await stripe.accounts.create({ type: "express", country: "US", ...more });
  await onboardProvider(await linkTo(stripe, id));
  return id;
}

/** A paid destination charge with its fee. */
export async function payProvider(
  stripe: Stripe,
  destination: string,
  amount: number,
  application_fee_amount: number,
  currency = "usd",
) {
  const intent = await stripe.paymentIntents.create({
    amount,
    currency,
    application_fee_amount,
    transfer_data: { destination },
    payment_method: "pm_card_visa",
    confirm: true,
    expand: ["latest_charge"],
  });
  const { id } = intent.latest_charge as Stripe.Charge;
  return { intent, charge: await stripe.charges.retrieve(id) };
}
